import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterSeconds: number };

export type RateLimiter = {
  /** Counts one event of a key and says whether it is within the limit. Never throws because of the cache. */
  readonly count: (key: string) => Promise<Verdict>;
  /** Whether a key has used its limit up, without counting. */
  readonly check: (key: string) => Promise<Verdict>;
};

/**
 * Allows `points` events a key in a window of `seconds`.
 * @param redis where the counters are; without it, or while it cannot be reached, this process counts for itself
 * @param name tells the counters of limiters apart
 */
export const createRateLimiter = (
  redis: Redis | undefined,
  name: string,
  points: number,
  seconds: number,
): RateLimiter => {
  const limits = { keyPrefix: `limit:${name}`, points, duration: seconds };
  const own = new RateLimiterMemory(limits);
  const shared = { ...limits, insuranceLimiter: own, rejectIfRedisNotReady: true };
  const limiter = redis ? new RateLimiterRedis({ ...shared, storeClient: redis }) : own;
  return {
    count: async (key) => {
      try {
        await limiter.consume(key);
        return { allowed: true };
      } catch (error) {
        return refusal(error);
      }
    },
    check: async (key) => {
      const state = await limiter.get(key);
      return state && state.consumedPoints >= points ? refusal(state) : { allowed: true };
    },
  };
};

const refusal = (reason: unknown): Verdict => {
  if (!(reason instanceof RateLimiterRes)) throw reason;
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(reason.msBeforeNext / 1000)) };
};
