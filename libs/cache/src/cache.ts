import { Redis } from 'ioredis';
import { createRateLimiter, type RateLimiter } from './rate-limiter.ts';

export type Cache = {
  readonly rateLimiter: (name: string, points: number, seconds: number) => RateLimiter;
  /** Whether it answers; undefined when there is none by configuration. Never throws. */
  readonly probe: () => Promise<boolean | undefined>;
  readonly close: () => void;
};

/** In milliseconds. */
const timeouts = {
  connect: 500,
  /** A healthy one answers within 1; a request must not wait for a sick one. */
  command: 50,
  /** One that has been silent for so long is taken for lost, so that no request waits for it until it is back. */
  silence: 1_000,
  reconnectMax: 1_000,
};

/**
 * Connects to Valkey or Redis. Nothing depends on it for being right: while it cannot be reached, every command fails at once
 * and its caller does without.
 * @param url undefined for none
 * @param onChange told once whenever it comes or goes
 */
export const openCache = (url: string | undefined, onChange: (isUp: boolean, reason?: Error) => void): Cache => {
  const redis = url === undefined ? undefined : connect(url, onChange);
  return {
    rateLimiter: (name, points, seconds) => createRateLimiter(redis, name, points, seconds),
    probe: async () =>
      redis?.ping().then(
        (answer) => answer === 'PONG',
        () => false,
      ),
    close: () => redis?.disconnect(),
  };
};

const connect = (url: string, onChange: (isUp: boolean, reason?: Error) => void): Redis => {
  const redis = new Redis(url, {
    connectTimeout: timeouts.connect,
    commandTimeout: timeouts.command,
    socketTimeout: timeouts.silence,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: (attempt) => Math.min(attempt * 100, timeouts.reconnectMax),
  });
  let isUp: boolean | undefined;
  const change = (next: boolean, reason?: Error): void => {
    if (isUp !== next) onChange(next, reason);
    isUp = next;
  };
  redis.on('ready', () => change(true));
  redis.on('error', (error: Error) => change(false, error));
  redis.on('close', () => change(false));
  return redis;
};
