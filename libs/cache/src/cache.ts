import { type Breaker, createBreaker, type Observer } from './breaker.ts';
import { type Changed, connect, type Servers } from './connection.ts';
import { createOwnStore } from './own-store.ts';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';
import { createSharedStore } from './shared-store.ts';
import { createValueCache, type Result, type ValueCache, type ValueOptions } from './value-cache.ts';

export type Stats = {
  /** Values asked for, by what was found. */
  readonly requests: Readonly<Record<Result, number>>;
  /** Open: the server is given a rest, and everything is done without it. */
  readonly breaker: { readonly isOpen: boolean; readonly opens: number };
};

export type Cache = {
  readonly rateLimiter: (name: string, points: number, seconds: number) => RateLimiter;
  /** @param name tells the values of caches apart; with the release in it, releases do not read each other's */
  readonly values: (name: string, options: ValueOptions) => ValueCache;
  readonly stats: () => Stats;
  /** Whether it answers; undefined when there is none by configuration. Never throws. */
  readonly probe: () => Promise<boolean | undefined>;
  readonly close: () => void;
};

export type CacheOptions = {
  /** In ms, how long an answer is waited for; with ten more it is the 50 ms that are promised here. */
  readonly patience?: number;
  /** Sees what the server is asked. */
  readonly observer?: Observer | undefined;
};

/** Of all values together: some thousand lists of articles, and little beside the rest of a process. */
const ownStoreBytes = 16 * 1024 * 1024;

/** In ms. A healthy one answers within 1. Callers are promised 50; ten of them are for the timers of a busy process. */
const defaultPatience = 40;

/**
 * Connects to Valkey or Redis. Nothing depends on it for being right, and nothing waits for it longer than 50 ms: while it is slow or
 * away, this process does without.
 * @param servers the URL of one, or the Sentinels of several; undefined for none
 * @param onChange told once whenever it comes or goes
 */
export const openCache = (
  servers: Servers | undefined,
  onChange: Changed,
  { patience = defaultPatience, observer }: CacheOptions = {},
): Cache => {
  const requests: Record<Result, number> = { fresh: 0, stale: 0, miss: 0 };
  const own = createOwnStore(ownStoreBytes);
  const count = (result: Result): void => void requests[result]++;
  if (servers === undefined) {
    return {
      rateLimiter: (name, points, seconds) => createRateLimiter(undefined, name, points, seconds),
      values: (name, options) => createValueCache({ name, own, count }, options),
      stats: () => ({ requests: { ...requests }, breaker: { isOpen: false, opens: 0 } }),
      probe: async () => undefined,
      close: () => {},
    };
  }
  const redis = connect(servers, onChange);
  const breaker: Breaker = createBreaker(
    () => redis.status === 'ready',
    () => redis.ping(),
    patience,
    observer,
  );
  return {
    rateLimiter: (name, points, seconds) => createRateLimiter({ redis, breaker }, name, points, seconds),
    values: (name, options) =>
      createValueCache({ name, own, count, shared: createSharedStore(redis, breaker, name) }, options),
    stats: () => ({ requests: { ...requests }, breaker: breaker.state() }),
    probe: () => breaker.probe(),
    close: () => redis.disconnect(),
  };
};
