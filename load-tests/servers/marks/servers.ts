import { setTimeout as sleep } from 'node:timers/promises';
import { apart, bystander, demandRoles } from '../arrange.ts';
import type { Hit } from '../figures.ts';
import { hit, type Mark } from '../measure.ts';
import { whileLosing } from '../packets.ts';
import type { ServersSite } from '../servers-site.ts';

/** Everything that changes when somebody takes something over: Patroni's timeline, who holds the VIP, who is the cache's primary. */
const takenOver = async (site: ServersSite): Promise<string> => {
  const [roles, timeline] = await Promise.all([
    demandRoles(site),
    site.execute('SELECT timeline_id FROM pg_control_checkpoint()'),
  ]);
  return JSON.stringify([roles.holder, roles.primary, roles.cache, timeline.trim()]);
};

const uneventful =
  (minutes: number, loss: number) =>
  async (site: ServersSite): ReturnType<Mark['strike']> => {
    const before = await takenOver(site);
    const wait = (): Promise<Hit> => hit(() => sleep(minutes * 60_000));
    const moment = await (loss > 0 ? whileLosing(site, `numgen random mod 1000 < ${loss * 1_000}`, wait) : wait());
    return { ...moment, failOvers: (await takenOver(site)) === before ? 0 : 1 };
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
    strike: uneventful(minutes, 0),
  },
  {
    name: '19-loss',
    what: `1 % of all packets lost for ${minutes} min`,
    limits: { failed: 'none', isUneventful: true },
    strike: uneventful(minutes, 0.01),
  },
];
