import { setTimeout as sleep } from 'node:timers/promises';
import type { TestRedis } from '@scale-up/testing';
import type { FaultSite } from './fault-site.ts';

/** What can be broken: the site, and the Valkey beside it where there is one. */
export type Breakable = { readonly site: FaultSite; readonly redis?: TestRedis };

/**
 * Breaks something for a time, and mends it.
 * @returns the seconds in which it did not serve
 */
export type Fault = (parts: Breakable, milliseconds: number) => Promise<number>;

const timed = async (work: () => Promise<void>): Promise<number> => {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
};

/** A Valkey that is away is no outage: nothing depends on it. */
const untimed = async (work: () => Promise<void>): Promise<number> => {
  await work();
  return 0;
};

const redisOf = ({ redis }: Breakable): TestRedis => {
  if (!redis) throw new Error('this site has no Valkey');
  return redis;
};

const all = {
  'PostgreSQL killed': ({ site }, pause) =>
    timed(async () => {
      await site.primary.kill();
      await sleep(pause);
      await site.primary.start();
    }),
  'PostgreSQL stopped': ({ site }, pause) =>
    timed(async () => {
      await site.primary.stop();
      await sleep(pause);
      await site.primary.start();
    }),
  'PostgreSQL frozen': ({ site }, pause) =>
    timed(async () => {
      site.primary.signal('SIGSTOP');
      await sleep(pause);
      site.primary.signal('SIGCONT');
    }),
  'connections to PostgreSQL cut': ({ site }) => timed(async () => site.databaseRelay.cut()),
  'PostgreSQL unreachable': ({ site }, pause) =>
    timed(async () => {
      await site.databaseRelay.stop();
      await sleep(pause);
      await site.databaseRelay.start();
    }),
  'an instance of app killed': ({ site }) => untimed(() => site.replaceApp(0)),
  'connections to app cut': ({ site }) => untimed(async () => site.appRelay.cut()),
  'Valkey killed': (parts, pause) =>
    untimed(async () => {
      await redisOf(parts).kill();
      await sleep(pause);
      await redisOf(parts).restart();
    }),
  'Valkey frozen': (parts, pause) =>
    untimed(async () => {
      redisOf(parts).signal('SIGSTOP');
      await sleep(pause);
      redisOf(parts).signal('SIGCONT');
    }),
  'Valkey full': (parts, pause) =>
    untimed(async () => {
      await redisOf(parts).command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await redisOf(parts).command('CONFIG', 'SET', 'maxmemory', '1');
      await sleep(pause);
      await redisOf(parts).command('CONFIG', 'SET', 'maxmemory', '64mb');
    }),
  'Valkey emptied': (parts) => untimed(async () => void (await redisOf(parts).command('FLUSHALL'))),
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof all;

/** Every fault of one machine, by what is done. */
export const faults: Readonly<Record<FaultName, Fault>> = all;
