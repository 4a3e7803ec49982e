import { setTimeout as sleep } from 'node:timers/promises';
import { apart, demandRoles } from '../../servers/arrange.ts';
import { hit } from '../../servers/measure.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import { takenOver, timelineOf } from '../../servers/taken-over.ts';
import type { Fault } from './fault.ts';

const group = 'pauses';

/** One of them may hold the VIP. */
const standbysOf = ({ inventory }: ServersSite, primary: string): string[] =>
  inventory.groups.database.filter((name) => name !== primary);

/** Whole servers stand still, as a virtual machine that is saved or moved, and go on as if nothing had been. */
const pause = (
  name: string,
  what: string,
  seconds: number,
  whom: (site: ServersSite, primary: string) => readonly string[],
  limits: Fault['limits'],
): Fault => ({
  name,
  group,
  what: `${what} for ${seconds} s`,
  limits,
  arrange: apart,
  strike: async (site) => {
    const { primary } = await demandRoles(site);
    const before = { timeline: await timelineOf(site) };
    const moment = await hit(() => Promise.all(whom(site, primary).map((server) => site.hands.pause(server, seconds))));
    // Whoever takes over does so within that.
    await sleep(8_000);
    return { ...moment, failOvers: async () => takenOver(before, { timeline: await timelineOf(site) }) };
  },
});

const primaryAlone = (_: ServersSite, primary: string): readonly string[] => [primary];

/** Pauses that are no loss, and those that are. */
export const pauseFaults: readonly Fault[] = [
  pause('pause-primary-2', 'the primary’s server stands still', 2, primaryAlone, {
    failed: 'none',
    stall: 4,
    isUneventful: true,
  }),
  pause('pause-primary-6', 'the primary’s server stands still', 6, primaryAlone, { failed: 'none', stall: 5 }),
  pause('pause-primary-30', 'the primary’s server stands still', 30, primaryAlone, { failed: 'none', stall: 5 }),
  pause('pause-standbys-4', 'the servers of both standbys stand still', 4, standbysOf, {
    isUneventful: true,
  }),
];
