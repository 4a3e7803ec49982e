import type { Inventory } from '../../inventory/schema.ts';
import { type Cluster, isWell } from '../database/cluster.ts';
import type { Look } from './look.ts';

/** What is known of each server; undefined: it does not answer. */
export type Looks = Readonly<Record<string, Look | undefined>>;

const isReady = (look: Look | undefined, kind: string): boolean =>
  look?.ready.some((unit) => unit.startsWith(`${kind}@`)) ?? false;

/**
 * Why a server cannot be taken out, because what it does is done by nobody else; each a sentence. None: it can.
 * @param cluster the database, where there is one to ask
 */
export const whyNotOut = (name: string, inventory: Inventory, looks: Looks, cluster: Cluster | undefined): string[] => {
  const { groups } = inventory;
  const others = Object.keys(inventory.servers).filter((server) => server !== name);
  const inGroup = (group: keyof typeof groups): string[] => groups[group].filter((server) => server !== name);
  const faults: string[] = [];

  for (const server of others) {
    if (!looks[server]) faults.push(`${server} does not answer.`);
    else if (looks[server].isEvacuated)
      faults.push(`${server} is evacuated already: npx nx return infra -- ${server}.`);
  }

  if (groups.loadbalancers.includes(name) && !inGroup('loadbalancers').some((server) => hasEdge(looks[server])))
    faults.push('No other load balancer runs HAProxy and keepalived, so nobody could take the VIP.');

  for (const kind of ['web', 'app'] as const) {
    const isDeployed = Object.values(looks).some((look) => look?.running.some((unit) => unit.startsWith(`${kind}@`)));
    if (isDeployed && groups[kind].includes(name) && !inGroup(kind).some((server) => isReady(looks[server], kind)))
      faults.push(`${kind} is ready on no other server.`);
  }

  if (groups.database.includes(name)) {
    const rest = inGroup('database');
    if (rest.length === 0) faults.push(`${name} is the only database server.`);
    const astray = rest.filter((server) => cluster && !isWell(cluster, server));
    if (astray.length > 0) faults.push(`PostgreSQL on ${astray.join(' and ')} does not follow the primary.`);
    const ill = rest.filter((server) => looks[server]?.etcd === 'ill');
    if (ill.length > 0) faults.push(`etcd on ${ill.join(' and ')} is not healthy, and two of three must be.`);
  }

  // A cache of one is done without: answers take longer, and stay right.
  const cold = groups.cache.includes(name) ? inGroup('cache').filter((server) => looks[server]?.valkey === 'ill') : [];
  if (cold.length > 0) faults.push(`Valkey on ${cold.join(' and ')} does not follow its primary.`);
  return faults;
};

const hasEdge = (look: Look | undefined): boolean =>
  look !== undefined && look.services.includes('haproxy') && look.services.includes('keepalived');
