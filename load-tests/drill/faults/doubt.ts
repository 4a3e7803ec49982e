import { setTimeout as sleep } from 'node:timers/promises';
import { apart, demandRoles } from '../../servers/arrange.ts';
import { hit } from '../../servers/measure.ts';
import type { Fault } from './fault.ts';

const postmaster = '"$(head -n 1 /var/lib/postgresql/17/scale-up/postmaster.pid)"';

/** To the process of a standby that takes in what the primary writes. */
const toReceiver = (signal: string): string =>
  `for pid in $(pgrep --parent ${postmaster}); do case "$(tr '\\0' ' ' </proc/$pid/cmdline)" in *walreceiver*) kill -${signal} $pid ;; esac; done`;

/** Seconds for which commits pile up: longer than any of them takes, shorter than anybody's patience. */
const wait = 1.5;

/**
 * The moment that decides whether a write happens once: commits have reached the standbys and no answer has come back when the primary dies. Whoever waits cannot know
 * whether his write was done; on the new primary it was.
 */
export const doubtFault: Fault = {
  name: 'in-doubt',
  group: 'postgres',
  what: 'kill -9 of PostgreSQL on the primary while all commits of the last 1.5 s wait for the standbys, which get them',
  limits: { stall: 5, failed: 'none' },
  arrange: apart,
  strike: async (site) => {
    const { primary } = await demandRoles(site);
    const standbys = site.inventory.groups.database.filter((name) => name !== primary);
    const all = (signal: string): Promise<unknown> =>
      Promise.all(standbys.map((name) => site.on(name, toReceiver(signal))));
    const moment = await hit(async () => {
      await all('STOP');
      await sleep(wait * 1_000);
      await site.on(primary, `kill -9 ${postmaster}`);
      await all('CONT');
    });
    return { ...moment, aim: primary };
  },
};
