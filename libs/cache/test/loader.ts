import type { ThroughOptions } from '../src/index.ts';

/** Long enough to be told from a late timer. */
export const values = { freshFor: 2_000, staleFor: 60_000, groupsOf: (key: string) => [`group of ${key}`] };

export const through: ThroughOptions = { staleIf: () => true, patience: 1_000 };

/** A source that counts how often it is read: '1', '2' … */
export const createSource = () => {
  let reads = 0;
  return {
    load: async () => String(++reads),
    reads: () => reads,
  };
};
