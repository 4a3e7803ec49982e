import type { Cache } from '@scale-up/cache';
import { type Operation, type OperationId, operations } from '@scale-up/contract';
import { isUnavailable } from '@scale-up/database';
import { cachedReads, changedBy, type Group } from './cached-reads.ts';

/** How a read that is cached is answered; its age in milliseconds. */
export type CachedAnswer = {
  readonly key: string;
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
  /** What is fresh under a key that `answer` gave; undefined where nothing is. */
  readonly fresh: (key: string) => Promise<CachedAnswer | undefined>;
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
        const found = await values.through(key, load, { staleIf: isUnavailable, patience: times.patience });
        return { ...found, key };
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        const found = await standby();
        return found && { ...found, key, source: 'standby' };
      }
    },
    fresh: async (key) => {
      const found = await values.fresh(key);
      return found && { key, text: found.text, age: found.age, source: 'fresh' };
    },
    changed: async (operation) => {
      const groups = changedBy[idOf.get(operation) ?? ''] ?? [];
      if (groups.length > 0) await values.invalidate(...groups);
    },
  };
};

/** How old an answer is (RFC 9111 5.1), and whether that is more than it should be (RFC 9211 2: a ttl below 0 is stale): name, value, name, value. */
export const headersOf = ({ age, source }: CachedAnswer): string[] => {
  if (source === 'loaded') return [];
  const seconds = Math.floor(age / 1_000);
  const state = {
    fresh: 'hit',
    stale: `hit; ttl=-${Math.max(1, seconds)}; detail=database-away`,
    standby: 'fwd=miss; detail=database-away',
  }[source];
  return ['age', String(seconds), 'cache-status', `app; ${state}`];
};
