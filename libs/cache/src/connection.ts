import { Redis } from 'ioredis';

export type Changed = (isUp: boolean, reason?: Error) => void;

/** In milliseconds. How long a command may take is the breaker's. */
const timeouts = {
  connect: 500,
  /** One that has been silent for so long is taken for lost, so that nothing piles up behind it. */
  silence: 1_000,
  reconnectMax: 1_000,
};

/**
 * Connects to Valkey or Redis, and again whenever it is lost. While it is, commands fail at once. The protocol is RESP3, ioredis'
 * own default.
 * @param onChange told once whenever it comes or goes
 */
export const connect = (url: string, onChange: Changed): Redis => {
  const redis = new Redis(url, {
    connectTimeout: timeouts.connect,
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
