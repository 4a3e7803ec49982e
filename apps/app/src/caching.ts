import type { Cache } from '@scale-up/cache';
import { type Operation, type OperationId, operations } from '@scale-up/contract';
import { isUnavailable } from '@scale-up/database';
import { cachedReads, changedBy, type Group } from './cached-reads.ts';

/** How a read that is cached is answered; its age in milliseconds. */
export type CachedAnswer = {
  readonly text: string;
  readonly age: number;
  readonly source: 'fresh' | 'loaded' | 'stale' | 'standby';
};

/** A read of a standby: its text and how old it may be, undefined where that cannot be had either. */
export type ReadStandby = () => Promise<{ readonly text: string; readonly age: number } | undefined>;

/** Anonymous answers, kept for a while. */
export type Caching = {
  /**
   * The answer of a read, from the cache if it is fresh, else from `load`; when the database is away, a stale one, else one of a standby.
   * @param load gives the answer's text; must not wait for the database longer than it takes
   * @param standby asked when the database is away and there is nothing stale
   * @returns undefined where nothing is cached for this operation, or the database is away and nobody else has an answer
   */
  readonly answer: (
    operation: Operation,
    input: { readonly params: unknown; readonly query: unknown },
    load: () => Promise<string>,
    standby: ReadStandby,
  ) => Promise<CachedAnswer | undefined>;
  /** After a write: what it changed is stale for everyone. */
  readonly changed: (operation: Operation) => Promise<void>;
};

/** In milliseconds. */
const times = {
  /** How long others may not see a write, should its invalidation be lost. The API's documents say so. */
  fresh: 2_000,
  /** How old an answer may be that is better than none. */
  stale: 24 * 3_600_000,
  /** How long a load may take before a stale answer is better: the slowest healthy one takes a quarter. */
  patience: 400,
};

const idOf = new Map<Operation, OperationId>(
  (Object.entries(operations) as [OperationId, Operation][]).map(([id, operation]) => [operation, id]),
);

/**
 * @param release part of every name: two releases on one Valkey must not read each other's answers
 */
export const createCaching = (cache: Cache, release: string): Caching => {
  const values = cache.values(`answers ${release}`, {
    freshFor: times.fresh,
    staleFor: times.stale,
    groupsOf: (key) => [key.slice(0, key.indexOf(' '))],
  });
  return {
    answer: async (operation, { params, query }, load, standby) => {
      const id = idOf.get(operation);
      const group: Group | undefined = id && cachedReads[id];
      if (!group) return undefined;
      const key = `${group} ${id} ${JSON.stringify([params, query])}`;
      try {
        return await values.through(key, load, { staleIf: isUnavailable, patience: times.patience });
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        const found = await standby();
        return found && { ...found, source: 'standby' };
      }
    },
    changed: async (operation) => {
      const groups = changedBy[idOf.get(operation) ?? ''] ?? [];
      if (groups.length > 0) await values.invalidate(...groups);
    },
  };
};
