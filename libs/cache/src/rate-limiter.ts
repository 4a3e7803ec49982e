import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Breaker } from './breaker.ts';

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number };

export type RateLimiter = {
  /** Counts one event of a key and says whether it is within the limit. Never throws because of the cache. */
  readonly count: (key: string) => Promise<Verdict>;
  /** Whether a key has used its limit up, without counting. */
  readonly check: (key: string) => Promise<Verdict>;
};

/**
 * Allows `points` events a key in a window of `seconds`.
 * @param server where the counters are; without it, or while it does not answer, this process counts for itself
 * @param name tells the counters of limiters apart
 */
export const createRateLimiter = (
  server: { readonly redis: Redis; readonly breaker: Breaker } | undefined,
  name: string,
  points: number,
  seconds: number,
): RateLimiter => {
  const limits = { keyPrefix: `limit:${name}`, points, duration: seconds };
  const target = `limit ${name}`;
  const asks = { count: { command: 'EVALSHA', target }, check: { command: 'GET', target } };
  const own = new RateLimiterMemory(limits);
  const shared = server && new RateLimiterRedis({ ...limits, storeClient: server.redis });
  return {
    count: async (key) => {
      const verdict = shared && (await server?.breaker.attempt(asks.count, () => consume(shared, key)));
      return verdict ?? consume(own, key);
    },
    check: async (key) => {
      let state = shared && (await server?.breaker.attempt(asks.check, () => shared.get(key)));
      if (state === undefined) state = await own.get(key);
      return state && state.consumedPoints >= points ? refusal(state) : { allowed: true };
    },
  };
};

const consume = async (limiter: RateLimiterMemory | RateLimiterRedis, key: string): Promise<Verdict> => {
  try {
    await limiter.consume(key);
    return { allowed: true };
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return refusal(error);
  }
};

const refusal = ({ msBeforeNext }: RateLimiterRes): Verdict => ({
  allowed: false,
  retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
});
