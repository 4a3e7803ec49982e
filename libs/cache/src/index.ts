export type { Asked, Observer } from './breaker.ts';
export { type Cache, type CacheOptions, openCache, type Stats } from './cache.ts';
export { type CacheMember, type CacheMembers, openCacheMembers, parseMember } from './members.ts';
export type { Sentinels, Servers } from './connection.ts';
export type { RateLimiter, Verdict } from './rate-limiter.ts';
export type { Entry, Loaded, ThroughOptions, ValueCache, ValueOptions } from './value-cache.ts';
