import type { ClusterMap, MappedPart } from '@scale-up/config';
import type { PartKind } from '@scale-up/contract';

/** Something that runs on a server; without a place where its own process is asked, it is seen by this one's connections. */
export type Part = {
  readonly id: string;
  readonly server: string;
  readonly kind: PartKind;
  readonly number: number;
  readonly at: { readonly host: string; readonly port: number } | undefined;
};

/** What there is to look at. */
export type Topology = {
  readonly vip: string | undefined;
  readonly servers: readonly { readonly name: string; readonly address: string; readonly parts: readonly Part[] }[];
  /** This process. */
  readonly self: Part;
};

type Place = { readonly host: string; readonly port: number };

const mapped = ({ host, port, ...part }: MappedPart): Part => ({ ...part, at: { host, port } });

/** Where nothing is said, or nothing of this process, it stands alone. */
const lonely = 'this machine';

/**
 * The site as its configuration has it. What the map does not name, as on one machine, is what this process knows by itself: that it runs, and whether it
 * reaches its database and its cache.
 * @param map undefined for a process that stands alone
 * @param ops where this process' own ops port is
 */
export const topologyOf = (map: ClusterMap | undefined, ops: Place, hasCache: boolean): Topology => {
  const parts = (map?.parts ?? []).map(mapped);
  const known = parts.find(({ kind, at }) => kind === 'app' && at?.host === ops.host && at.port === ops.port);
  const server = known?.server ?? lonely;
  const own = (kind: PartKind): Part => ({ id: `${server}/${kind}`, server, kind, number: 1, at: undefined });
  const self = known ?? own('app');
  const all = [
    ...parts,
    ...(known ? [] : [self]),
    ...(parts.some(({ kind }) => kind === 'database') ? [] : [own('database')]),
    ...(hasCache && !parts.some(({ kind }) => kind === 'cache') ? [own('cache')] : []),
  ];
  const names = [...new Set(all.map((part) => part.server))];
  return {
    vip: map?.vip,
    self,
    servers: names.map((name) => {
      const here = all.filter((part) => part.server === name);
      return { name, address: here.find(({ at }) => at)?.at?.host ?? ops.host, parts: here };
    }),
  };
};
