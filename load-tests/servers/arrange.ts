import { setTimeout as sleep } from 'node:timers/promises';
import { stepDown } from '@scale-up/infra/verbs/cache/step-down.ts';
import { evacuatedFile } from '@scale-up/infra/verbs/evacuation/look.ts';
import type { Say } from './measure.ts';
import type { Roles, ServersSite } from './servers-site.ts';

/** Milliseconds after which Sentinel has asked every replica for its priority: it does so every 10 s (its documentation, "INFO"). */
const heard = 11_000;

/** What Sentinel goes by when it chooses a replica: the lowest first (valkey.conf, `replica-priority`), 100 where nothing is said. */
const priorities = { wanted: 10, unwanted: 200, usual: 100 };

/** Milliseconds: what it costs the servers to be asked, programs that start on all of them, must not count as the fault's that follows. */
const calm = 1_000;

/** Roles of a site where each is held by one server; the servers are at rest again then. */
export const demandRoles = async (site: ServersSite): Promise<Readonly<Record<keyof Roles, string>>> => {
  const { holder, primary, cache } = await site.roles();
  await sleep(calm);
  if (holder !== undefined && primary !== undefined && cache !== undefined) return { holder, primary, cache };
  throw new Error(`not every role is held by one server: VIP ${holder}, primary ${primary}, cache ${cache}`);
};

/** Tells keepalived of a server that it is no candidate for the VIP, as `evacuate` does first. */
export const disownVip = (site: ServersSite, server: string): Promise<string> =>
  site.on(server, `mkdir -p "$(dirname ${evacuatedFile})" && echo 1 >${evacuatedFile}`);

/** Makes it a candidate again. */
export const ownVip = (site: ServersSite, server: string): Promise<string> => site.on(server, `rm -f ${evacuatedFile}`);

const movePrimary = async (site: ServersSite, to: string): Promise<void> => {
  if ((await site.roles()).primary !== to) await site.done('switchover', '--to', to);
};

/** Has Sentinel choose, when the cache gets another primary, among some servers first. */
const preferForCache = (site: ServersSite, priorityOf: (server: string) => number): Promise<unknown> =>
  Promise.all(
    site.inventory.groups.cache.map((server) =>
      site.on(
        server,
        `set -a; . /etc/scale-up/valkey-cli.env; set +a; valkey-cli --user admin config set replica-priority ${priorityOf(server)} && valkey-cli --user admin config rewrite`,
      ),
    ),
  );

const moveCache = async (site: ServersSite, isWanted: (server: string) => boolean, say: Say): Promise<void> => {
  const { cache } = await site.roles();
  if (cache === undefined || isWanted(cache)) return;
  await preferForCache(site, (server) => (isWanted(server) ? priorities.wanted : priorities.unwanted));
  try {
    await sleep(heard);
    await site.servers.demand(cache, stepDown());
    await site.untilWhole(60, say);
  } finally {
    await preferForCache(site, () => priorities.usual);
  }
  const { cache: now = 'none' } = await site.roles();
  if (!isWanted(now)) say(`Sentinel made ${now} the primary of the cache`);
};

/**
 * Has a server's member lead etcd: whoever leads it hands over, which takes no election.
 * @throws Error when it does not lead afterwards
 */
export const leadEtcd = (site: ServersSite, to: string): Promise<string> =>
  site.on(
    to,
    `set -a; . /etc/scale-up/etcdctl.env; set +a
here() { ETCDCTL_ENDPOINTS=https://127.0.0.1:2379 etcdctl endpoint status; }
leads() { here | cut -d, -f5 | grep --quiet true; }
id=$(here | cut -d, -f2 | tr -d ' ')
# Only the leader itself can.
for endpoint in $(echo "$ETCDCTL_ENDPOINTS" | tr , ' '); do
  leads || ETCDCTL_ENDPOINTS=$endpoint etcdctl move-leader "$id" || true
done
leads`,
  );

/** Who has everything but the VIP: no load balancer, if there is such a server. */
const apartFrom = ({ inventory: { groups } }: ServersSite, holder: string): string =>
  groups.database.find((name) => !groups.loadbalancers.includes(name)) ??
  groups.database.find((name) => name !== holder) ??
  holder;

/** Lets one server hold the VIP and nothing else, and another one be the primary of database and cache. */
export const apart = async (site: ServersSite, say: Say): Promise<void> => {
  const { holder } = await demandRoles(site);
  const other = apartFrom(site, holder);
  await movePrimary(site, other);
  await moveCache(site, (server) => server !== holder, say);
};

/** Gives one server everything: the VIP, the primary and the cache. */
export const together = async (site: ServersSite, say: Say): Promise<void> => {
  const { holder } = await demandRoles(site);
  await movePrimary(site, holder);
  await moveCache(site, (server) => server === holder, say);
};

/** A server that is neither holder nor primary, of the database or of the cache if there is one. */
export const bystander = ({ inventory }: ServersSite, roles: Roles): string => {
  const free = inventory.groups.database.filter((name) => name !== roles.holder && name !== roles.primary);
  const chosen = free.find((name) => name !== roles.cache) ?? free[0];
  if (chosen === undefined) throw new Error('every server holds the VIP or is the primary');
  return chosen;
};
