import { setTimeout as sleep } from 'node:timers/promises';
import { stepDown } from '@scale-up/infra/verbs/cache/step-down.ts';
import { evacuatedFile } from '@scale-up/infra/verbs/evacuation/look.ts';
import type { Say } from './measure.ts';
import type { Roles, ServersSite } from './servers-site.ts';

/** Sentinel chooses the new primary by itself, so it may take some turns until it is the wanted one. */
const turns = 6;

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

/** Where Sentinel lets it: it prefers one replica to the other. */
const moveCache = async (site: ServersSite, isWanted: (server: string) => boolean, say: Say): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) {
    const { cache } = await site.roles();
    if (cache === undefined || isWanted(cache)) return;
    await site.servers.demand(cache, stepDown());
    await site.untilWhole(60, say);
  }
  say('Sentinel does not make the wanted server the primary of the cache');
};

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
