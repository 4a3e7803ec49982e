import { apart, bystander, demandRoles, leadEtcd, together } from '../arrange.ts';
import { hit, type Mark, type Strike } from '../measure.ts';
import type { ServersSite } from '../servers-site.ts';
import { takenOver, timelineOf } from '../taken-over.ts';

/** PostgreSQL's first process writes its number into the first line of its file. */
const killPostgres = 'kill -9 "$(head -n 1 /var/lib/postgresql/17/scale-up/postmaster.pid)"';

const unplanned = { stall: 5, readStall: 1, failed: 'none' } as const;

/** Lets nothing pass between the primary's server and each of the others. */
export const cutOff =
  (way: 'both' | 'out' | 'in') =>
  async (site: ServersSite): Promise<Strike> => {
    const { primary } = await demandRoles(site);
    const others = site.servers.names.filter((name) => name !== primary);
    const moment = await hit(async () => {
      for (const other of others) {
        const [from, to] = way === 'in' ? [other, primary] : [primary, other];
        await site.hands.cut(from, to, { isOneWay: way !== 'both' });
      }
    });
    return { ...moment, mend: () => site.hands.heal(primary) };
  };

/** What happens to the database. */
export const databaseMarks: readonly Mark[] = [
  {
    name: '6',
    what: 'planned database switch-over',
    limits: { stall: 1, failed: 'none' },
    strike: (site) => hit(() => site.done('switchover')),
  },
  {
    name: '7',
    what: 'kill -9 of PostgreSQL on the primary',
    limits: { stall: 3, failed: 'none' },
    strike: async (site) => {
      const { primary } = await demandRoles(site);
      return hit(() => site.on(primary, killPostgres));
    },
  },
  {
    name: '8',
    what: "primary's server lost",
    limits: unplanned,
    arrange: apart,
    strike: async (site) => {
      const { primary } = await demandRoles(site);
      const moment = await hit(() => site.hands.kill(primary));
      return { ...moment, mend: () => site.hands.boot(primary) };
    },
  },
  {
    name: '9',
    what: 'the server lost that holds VIP, primary, cache and app at once',
    limits: { ...unplanned, failed: 'in flight' },
    arrange: together,
    strike: async (site) => {
      const { primary } = await demandRoles(site);
      const moment = await hit(() => site.hands.kill(primary));
      return { ...moment, mend: () => site.hands.boot(primary) };
    },
  },
  {
    name: '10-cable',
    what: "primary's server without a network",
    limits: unplanned,
    arrange: apart,
    strike: async (site) => {
      const { primary } = await demandRoles(site);
      const moment = await hit(() => site.hands.cut(primary));
      return { ...moment, mend: () => site.hands.heal(primary) };
    },
  },
  {
    name: '10-both',
    what: 'primary cut off from the others',
    limits: unplanned,
    arrange: apart,
    strike: cutOff('both'),
  },
  { name: '10-out', what: 'primary not heard by the others', limits: unplanned, arrange: apart, strike: cutOff('out') },
  { name: '10-in', what: 'primary does not hear the others', limits: unplanned, arrange: apart, strike: cutOff('in') },
  {
    name: '11-server',
    what: "a standby's server lost",
    limits: { stall: 0.2, failed: 'none' },
    arrange: apart,
    strike: async (site) => {
      const name = bystander(site, await demandRoles(site));
      const moment = await hit(() => site.hands.kill(name));
      return { ...moment, mend: () => site.hands.boot(name) };
    },
  },
  {
    name: '11-leader',
    what: 'the server of a standby lost that leads etcd',
    // What app was doing there is done again elsewhere.
    limits: { stall: 2, failed: 'none', isUneventful: true },
    // Longer than Patroni waits for etcd before the primary steps down.
    endure: 12,
    arrange: async (site, say) => {
      await apart(site, say);
      await leadEtcd(site, bystander(site, await demandRoles(site)));
    },
    strike: async (site) => {
      const name = bystander(site, await demandRoles(site));
      const before = { timeline: await timelineOf(site) };
      const moment = await hit(() => site.hands.kill(name));
      return {
        ...moment,
        mend: () => site.hands.boot(name),
        failOvers: async () => takenOver(before, { timeline: await timelineOf(site) }),
      };
    },
  },
  {
    name: '11-standby',
    what: 'kill -9 of PostgreSQL on a standby',
    limits: { stall: 0.2, failed: 'none' },
    strike: async (site) => {
      const name = bystander(site, await demandRoles(site));
      return hit(() => site.on(name, killPostgres));
    },
  },
  {
    name: '11-etcd',
    what: 'kill -9 of one etcd member',
    limits: { stall: 0.2, failed: 'none' },
    strike: async (site) => {
      const name = bystander(site, await demandRoles(site));
      return hit(() => site.on(name, 'systemctl kill --signal=KILL etcd.service'));
    },
  },
  {
    name: '12',
    what: 'Valkey primary lost: kill -9, and away for 15 s',
    limits: { stall: 3, failed: 'none' },
    // Sentinel calls it lost after a few seconds; systemd alone would have it back before.
    endure: 15,
    strike: async (site) => {
      const { cache } = await demandRoles(site);
      const moment = await hit(async () => {
        await site.on(
          cache,
          'systemctl kill --signal=KILL valkey-server.service && systemctl stop valkey-server.service',
        );
      });
      return { ...moment, mend: () => site.on(cache, 'systemctl start valkey-server.service') };
    },
  },
];
