import { setTimeout as sleep } from 'node:timers/promises';
import { pick } from '../../traffic/random.ts';
import { apart, bystander, demandRoles } from '../arrange.ts';
import type { Hit } from '../figures.ts';
import { now } from '../clock.ts';
import { hit, type Mark, type Say } from '../measure.ts';
import { whileLosing } from '../packets.ts';
import type { ServersSite } from '../servers-site.ts';
import { officesOf, takenOver } from '../taken-over.ts';

/** Seconds: as long as a virtual machine that is moved stands still, and from one such pause to the next. */
const pauses = { length: 2, least: 20, most: 60 };

/** Now and then a server stands still that does not hold the VIP: what is under way on a balancer that does, ends. */
const standStill = async (site: ServersSite, until: number, say: Say): Promise<void> => {
  let { holder } = await demandRoles(site);
  for (;;) {
    const wait = (pauses.least + Math.random() * (pauses.most - pauses.least)) * 1_000;
    if (now() + wait + (pauses.length + 2) * 1_000 > until) return sleep(Math.max(0, until - now()));
    await sleep(wait);
    // Whom nobody can ask now, since packets are lost, is taken for who it was.
    holder = (await site.roles()).holder ?? holder;
    const others = site.servers.names.filter((name) => name !== holder);
    const server = pick(others, Math.random);
    const seconds = await site.hands.pause(server, pauses.length);
    say(`${server} stood still for ${seconds.toFixed(2)} s`);
  }
};

const uneventful =
  (minutes: number, { loss = 0, hasPauses = false } = {}): Mark['strike'] =>
  async (site, say) => {
    const before = await officesOf(site);
    const time = minutes * 60_000;
    const wait = (): Promise<Hit> => hit(() => (hasPauses ? standStill(site, now() + time, say) : sleep(time)));
    const moment = await (loss > 0 ? whileLosing(site, `numgen random mod 1000 < ${loss * 1_000}`, wait) : wait());
    return { ...moment, failOvers: async () => takenOver(before, await officesOf(site)) };
  };

/**
 * What happens to whole servers.
 * @param minutes of the marks in which nothing happens
 */
export const serverMarks = (minutes: number): readonly Mark[] => [
  {
    name: '15',
    what: 'every server evacuated, rebooted and returned in turn',
    limits: { stall: 1, failed: 'none' },
    strike: (site, say) =>
      hit(async () => {
        const code = await site.verb('reboot', ['--all'], (line) => say(line));
        if (code !== 0) throw new Error(`reboot --all failed (exit code ${code})`);
      }),
  },
  {
    name: '17',
    what: 'two of three servers lost for 45 s',
    limits: { isEmergency: true },
    // Longer than anything waits: those that hope for a fail-over have given up.
    endure: 45,
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      const others = site.servers.names.filter((name) => name !== holder);
      const moment = await hit(() => Promise.all(others.map((name) => site.hands.kill(name))));
      return { ...moment, mend: () => Promise.all(others.map((name) => site.hands.boot(name))) };
    },
  },
  {
    name: '18',
    what: 'a lost server comes back',
    limits: { failed: 'none', redundancy: 60 },
    arrange: apart,
    strike: async (site) => {
      const name = bystander(site, await demandRoles(site));
      const moment = await hit(() => site.hands.kill(name));
      return { ...moment, mend: () => site.hands.boot(name) };
    },
  },
  {
    name: '19-quiet',
    what: `no fault for ${minutes} min`,
    limits: { failed: 'none', isUneventful: true },
    strike: uneventful(minutes),
  },
  {
    name: '19-loss',
    what: `1 % of all packets lost for ${minutes} min`,
    limits: { failed: 'none', isUneventful: true },
    strike: uneventful(minutes, { loss: 0.01 }),
  },
  {
    name: '19-pauses',
    what: `1 % of all packets lost for ${minutes} min, and now and then a server stands still for ${pauses.length} s`,
    limits: { failed: 'none', isUneventful: true },
    // The primary stands still as well.
    arrange: apart,
    strike: uneventful(minutes, { loss: 0.01, hasPauses: true }),
  },
];
