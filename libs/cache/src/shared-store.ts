import type { ChainableCommander, Redis } from 'ioredis';
import type { Breaker } from './breaker.ts';
import { drawGenerations, type Generation, joinGenerations } from './generations.ts';

type SharedEntry = { readonly text: string; readonly generations: string; readonly age: number };

/** What the server said at one moment. */
export type Answer = {
  readonly entry: SharedEntry | undefined;
  /** The current ones of the groups; undefined when one is missing. */
  readonly generations: string | undefined;
  /** In ms on the server's clock: those of the processes may differ. */
  readonly time: number;
};

export type SharedStore = {
  /** @param draw whether missing generations are drawn, for a caller who goes on to load */
  readonly read: (key: string, groups: readonly string[], draw: boolean) => Promise<Answer | undefined>;
  /** @param before what was read before the text was loaded */
  readonly write: (key: string, text: string, before: Answer, lifetime: number) => Promise<void>;
  readonly invalidate: (groups: readonly string[]) => Promise<void>;
};

const target = 'values';
const asks = {
  read: { command: 'MGET', target },
  write: { command: 'SET', target },
  invalidate: { command: 'DEL', target },
};

/** Values and generations in Valkey. Nothing throws, nothing takes longer than the breaker allows. */
export const createSharedStore = (redis: Redis, breaker: Breaker, name: string): SharedStore => {
  const entryKey = (key: string): string => `values:${name}:entry:${key}`;
  const groupKey = (group: string): string => `values:${name}:group:${group}`;
  return {
    read: (key, groups, draw) =>
      breaker.attempt(asks.read, async () => {
        const groupKeys = groups.map(groupKey);
        const [time, found] = await run<[[string, string], Generation[]]>(
          redis
            .pipeline()
            .time()
            .mget(entryKey(key), ...groupKeys),
        );
        const now = Number(time[0]) * 1000 + Number(time[1]) / 1000;
        const [value, ...known] = found;
        let generations = joinGenerations(known);
        if (generations === undefined && draw) {
          const commands = redis.pipeline();
          drawGenerations(commands, groupKeys, known);
          const answers = await run<[...unknown[], Generation[]]>(commands.mget(...groupKeys));
          generations = joinGenerations(answers.at(-1) as Generation[]);
        }
        return { entry: parse(value, now), generations, time: now };
      }),
    write: async (key, text, { generations, time }, lifetime) => {
      if (generations === undefined) return;
      await breaker.attempt(asks.write, () =>
        redis.set(entryKey(key), `${time} ${generations}\n${text}`, 'PX', Math.ceil(lifetime)),
      );
    },
    invalidate: async (groups) => {
      const keys = groups.map(groupKey);
      if (breaker.state().isOpen && redis.status === 'ready') {
        // Sent, not waited for: a slow server still gets to it.
        redis.del(...keys).catch(() => {});
      }
      await breaker.attempt(asks.invalidate, () => redis.del(...keys));
    },
  };
};

const run = async <Answers extends unknown[]>(commands: ChainableCommander): Promise<Answers> => {
  const results = (await commands.exec()) ?? [];
  for (const [error] of results) if (error) throw error;
  return results.map(([, answer]) => answer) as Answers;
};

const parse = (value: string | null | undefined, now: number): SharedEntry | undefined => {
  const [, time, generations, text] = /^([\d.]+) (\S*)\n([^]*)$/.exec(value ?? '') ?? [];
  if (time === undefined || generations === undefined || text === undefined) return undefined;
  return { text, generations, age: now - Number(time) };
};
