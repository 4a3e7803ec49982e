import { setTimeout as sleep } from 'node:timers/promises';
import { apart, bystander, demandRoles } from '../../servers/arrange.ts';
import { hit } from '../../servers/measure.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import { takenOver, timelineOf } from '../../servers/taken-over.ts';
import type { Fault } from './fault.ts';

const group = 'witnesses';
const unit = 'scale-up-witness.service';

const signal = (name: string): string => `systemctl kill --signal=${name} ${unit}`;

/** A shell's text: the witness gets a fifth of a second now and then, as on a machine that has far too much to do. */
const slowly = (seconds: number): string =>
  `for _ in $(seq ${seconds}); do ${signal('STOP')}; sleep 0.8; ${signal('CONT')}; sleep 0.2; done`;

const standbysOf = ({ inventory }: ServersSite, primary: string): string[] =>
  inventory.groups.database.filter((name) => name !== primary);

/** Something during which nobody may take over. */
const uneventful = (
  name: string,
  what: string,
  limits: Fault['limits'],
  work: (site: ServersSite, primary: string) => Promise<unknown>,
): Fault => ({
  name,
  group,
  what,
  limits: { failed: 'none', isUneventful: true, ...limits },
  arrange: apart,
  strike: async (site) => {
    const { primary } = await demandRoles(site);
    const before = { timeline: await timelineOf(site) };
    const moment = await hit(() => work(site, primary));
    return { ...moment, failOvers: async () => takenOver(before, { timeline: await timelineOf(site) }) };
  },
});

/** What those who watch the primary's server may get wrong, beside what happens to that server itself (pauses, network, marks 8 to 10). */
export const witnessFaults: readonly Fault[] = [
  uneventful(
    'witnesses-slow',
    'both witnesses hardly get any processor time for 15 s',
    { stall: 0.2 },
    (site, primary) => Promise.all(standbysOf(site, primary).map((name) => site.on(name, slowly(15)))),
  ),
  uneventful(
    'witnesses-slow-pause',
    'the same, and the primary’s server stands still for 2 s meanwhile',
    { stall: 4 },
    (site, primary) =>
      Promise.all([
        ...standbysOf(site, primary).map((name) => site.on(name, slowly(15))),
        sleep(5_000).then(() => site.hands.pause(primary, 2)),
      ]),
  ),
  {
    name: 'witness-frozen-8',
    group,
    what: 'the primary’s server lost while one witness stands still: Patroni’s time must run out',
    limits: { stall: 25, readStall: 1, failed: 'none' },
    arrange: apart,
    strike: async (site) => {
      const roles = await demandRoles(site);
      const witness = bystander(site, roles);
      const wake = site.undoable(() => site.on(witness, signal('CONT')));
      await site.on(witness, signal('STOP'));
      const moment = await hit(() => site.hands.kill(roles.primary));
      return { ...moment, mend: () => Promise.all([wake(), site.hands.boot(roles.primary)]) };
    },
  },
];
