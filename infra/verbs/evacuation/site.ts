import type { Inventory } from '../../inventory/schema.ts';
import { type Cluster, readCluster } from '../database/cluster.ts';
import { databaseOf } from '../database/switch-over.ts';
import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import { type Look, look, parseLook } from './look.ts';
import type { Looks } from './redundancy.ts';

type Reach = { readonly servers: Servers; readonly inventory: Inventory };

/** Looks at one server. Undefined: it does not answer. */
export const lookAt = async ({ servers, inventory }: Reach, name: string): Promise<Look | undefined> => {
  const answer = await servers.ask(name, look(inventory.vip, inventory.servers[name]?.address ?? ''));
  return answer.code === 0 ? parseLook(answer.stdout) : undefined;
};

/** Looks at one server that must answer. */
export const demandLook = async (reach: Reach, name: string): Promise<Look> => {
  const found = await lookAt(reach, name);
  if (found) return found;
  throw new VerbError(`${name} does not answer.`, exitCodes.unavailable);
};

/** Looks at every server at once. */
export const lookAtAll = async (reach: Reach): Promise<Looks> =>
  Object.fromEntries(
    await Promise.all(
      Object.keys(reach.inventory.servers).map(async (name): Promise<[string, Look | undefined]> => [
        name,
        await lookAt(reach, name),
      ]),
    ),
  );

/** The database's cluster, or undefined when none answers. */
export const clusterOf = ({ servers, inventory }: Reach): Promise<Cluster | undefined> =>
  readCluster(servers, databaseOf(inventory)).catch(() => undefined);
