/** What a request may be, as far as it makes a difference to who works for it. */
export const kinds = {
  file: 'a static file, from the edge’s cache',
  cached: 'a read by who is not logged in, from app’s cache',
  read: 'a read by who is logged in',
  write: 'a write: a comment, with its outcome',
  order: 'an order of one line, with its outcome',
} as const;

export type Kind = keyof typeof kinds;
export const kindNames = Object.keys(kinds) as Kind[];

/** The tiers, in the way of a request. */
export const tiers = ['edge', 'web', 'app', 'database'] as const;
export type Tier = (typeof tiers)[number];

/** Microseconds of a core that a request takes of each tier, and bytes of its answer. */
export type Cost = Readonly<Record<Tier, number>> & { readonly bytes: number };

/** What was measured, on what. */
export type Costs = {
  readonly date: string;
  readonly processor: string;
  readonly kinds: Readonly<Record<Kind, Cost>>;
};

export type Mix = Readonly<Record<Kind, number>>;

/** Of a hundred requests of the load tests' visitors (scenarios/workloads.ts): one in five writes. */
export const usualMix: Mix = { file: 0.37, cached: 0.22, read: 0.21, write: 0.17, order: 0.03 };
