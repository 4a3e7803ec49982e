export { type Cache, openCache } from './cache.ts';
export type { RateLimiter, Verdict } from './rate-limiter.ts';
