import { type Costs, kindNames, type Mix, type Tier, tiers } from './kinds.ts';

/** Servers, and what is on them. */
export type Fleet = {
  /** Cores of each server. */
  readonly cores: number;
  /** Of the network card that has the VIP, in gigabits a second. */
  readonly gigabits: number;
} & (
  | { readonly servers: number }
  /** Tiers on servers of their own. The VIP is on one balancer, and one database is the primary. */
  | { readonly web: number; readonly app: number }
);

export type Limit = {
  readonly what: string;
  /** Requests a second at which it is reached. */
  readonly rate: number;
};

/** Share of a core at which requests begin to queue for longer than they are worked on. */
const full = 0.95;

/** Microseconds of a core that a request of the mix takes of a tier. */
export const costOf = ({ kinds }: Costs, mix: Mix, tier: Tier): number =>
  kindNames.reduce((sum, kind) => sum + mix[kind] * kinds[kind][tier], 0);

/** Requests a second that so many cores do, at so many microseconds each. */
export const rateOf = (cores: number, cost: number): number => (cores * full * 1_000_000) / cost;

/** The network's limit: what is sent of answers, with a tenth for what carries them. */
const networkLimit = ({ kinds }: Costs, mix: Mix, gigabits: number): Limit => {
  const bytes = kindNames.reduce((sum, kind) => sum + mix[kind] * kinds[kind].bytes, 0);
  return { what: `the VIP’s network card (${gigabits} Gbit/s)`, rate: (gigabits * 1e9) / 8 / (bytes * 1.1) };
};

/**
 * All tiers on each server: web's and app's work is spread evenly, the edge works where the VIP is, and the database where the primary is. In the worst case both
 * are on one server, and that one is full first.
 */
const sharedLimits = (costs: Costs, mix: Mix, servers: number, cores: number): Limit[] => {
  const [edge, web, app, database] = tiers.map((tier) => costOf(costs, mix, tier)) as [number, number, number, number];
  const spread = (web + app) / servers;
  return [
    { what: 'the server that has VIP and primary', rate: rateOf(cores, edge + database + spread) },
    { what: 'the server that has the primary, the VIP being elsewhere', rate: rateOf(cores, database + spread) },
    { what: 'a server that has neither', rate: rateOf(cores, spread) },
  ];
};

const separateLimits = (costs: Costs, mix: Mix, fleet: { web: number; app: number }, cores: number): Limit[] =>
  tiers.map((tier) => {
    const count = tier === 'web' || tier === 'app' ? fleet[tier] : 1;
    const what = { edge: 'the balancer that has the VIP', database: 'the primary', web: 'web', app: 'app' }[tier];
    return {
      what: count === 1 ? what : `${what}, ${count} servers`,
      rate: rateOf(count * cores, costOf(costs, mix, tier)),
    };
  });

/** What is reached when more and more requests come, the first first. */
export const limitsOf = (costs: Costs, mix: Mix, fleet: Fleet): Limit[] =>
  [
    ...('servers' in fleet
      ? sharedLimits(costs, mix, fleet.servers, fleet.cores)
      : separateLimits(costs, mix, fleet, fleet.cores)),
    networkLimit(costs, mix, fleet.gigabits),
  ].toSorted((a, b) => a.rate - b.rate);

/** Requests a second of one kind that a server with so many cores does, were it of one tier alone. */
export const rateOfServer = (costs: Costs, kind: keyof Mix, tier: Tier, cores: number): number =>
  rateOf(cores, costs.kinds[kind][tier]);
