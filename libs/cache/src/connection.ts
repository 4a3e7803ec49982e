import { Redis, type RedisOptions } from 'ioredis';

export type Sentinels = {
  /** In the order in which they are asked. */
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** For servers and Sentinels. */
  readonly password: string | undefined;
};

/** One server by its URL; or several, of which Sentinels know the primary. */
export type Servers = string | Sentinels;

export type Changed = (isUp: boolean, reason?: Error) => void;

/** In milliseconds. How long a command may take is the breaker's. */
const timeouts = {
  connect: 500,
  /** One that has been silent for so long is taken for lost, so that nothing piles up behind it. */
  silence: 1_000,
  reconnectMax: 1_000,
};

/** In milliseconds: a round over a dead Sentinel and a dead primary must take less than a second (docs/decisions/0031). */
const sentinelTimeouts = { connect: 250, answer: 250, reconnectMax: 250 };

/** What the Sentinels call the servers. */
const groupName = 'scale-up';

const common = {
  connectTimeout: timeouts.connect,
  socketTimeout: timeouts.silence,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, timeouts.reconnectMax),
};

const pauseBetweenRounds = (attempt: number): number => Math.min(attempt * 50, sentinelTimeouts.reconnectMax);

const throughSentinels = ({ sentinels, password }: Sentinels) =>
  ({
    ...common,
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    name: groupName,
    ...(password === undefined ? {} : { password, sentinelPassword: password }),
    connectTimeout: sentinelTimeouts.connect,
    sentinelCommandTimeout: sentinelTimeouts.answer,
    retryStrategy: pauseBetweenRounds,
    sentinelRetryStrategy: pauseBetweenRounds,
    // The addresses that Sentinels have of each other may lead nowhere from here.
    updateSentinels: false,
    // A demoted primary whose clients were not cut off says so at the first write.
    reconnectOnError: ({ message }: Error) => message.startsWith('READONLY'),
  }) satisfies RedisOptions;

/**
 * Connects to Valkey or Redis, and again whenever it is lost; with Sentinels, to whichever server is primary then. While there is no
 * connection, commands fail at once. The protocol is RESP3, ioredis' own default.
 * @param onChange told once whenever it comes or goes
 */
export const connect = (servers: Servers, onChange: Changed): Redis => {
  const redis = typeof servers === 'string' ? new Redis(servers, common) : new Redis(throughSentinels(servers));
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
