import { Redis } from 'ioredis';

/** What a server of the cache says of itself. */
export type CacheMember = {
  readonly role: 'primary' | 'replica';
  /** Of a replica: whether it hears from its primary. */
  readonly isLinked: boolean;
  /** Replicas that this primary sends to. */
  readonly replicas: number;
  /** Bytes of the primary's stream: how far it is. */
  readonly position: number;
  readonly usedMemory: number;
  readonly operationsPerSecond: number;
  /** Clients that are connected. */
  readonly clients: number;
  /** Seconds since it started. */
  readonly uptime: number;
};

/** Looks at the servers of a cache one by one, where the cache itself speaks to the primary alone. */
export type CacheMembers = {
  /**
   * What the server of this place in the list says.
   * @param patience milliseconds, connecting included
   * @throws Error with the `code` of the connection's failure, or when there is no answer in time
   */
  readonly look: (index: number, patience: number) => Promise<CacheMember>;
  readonly close: () => void;
};

/** Milliseconds. A look that comes meanwhile finds no connection, and says so. */
const reconnectMax = 1_000;

/** What `INFO` says; lines of `name:value`. */
export const parseMember = (info: string): CacheMember => {
  const value = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  const number = (name: string): number => Number(value(name)) || 0;
  const isPrimary = value('role') === 'master';
  return {
    role: isPrimary ? 'primary' : 'replica',
    isLinked: value('master_link_status') === 'up',
    replicas: number('connected_slaves'),
    position: number(isPrimary ? 'master_repl_offset' : 'slave_repl_offset'),
    usedMemory: number('used_memory'),
    operationsPerSecond: number('instantaneous_ops_per_sec'),
    clients: number('connected_clients'),
    uptime: number('uptime_in_seconds'),
  };
};

/**
 * Connects to each server when it is first looked at.
 * @param servers in any order
 * @param password of the default user, which may do `INFO`
 */
export const openCacheMembers = (
  servers: readonly { readonly host: string; readonly port: number }[],
  password: string | undefined,
): CacheMembers => {
  const failures = new Map<Redis, Error>();
  const all = servers.map(({ host, port }) => {
    const redis = new Redis({
      host,
      port,
      ...(password !== undefined && { password }),
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: reconnectMax,
      // Questions must not pile up behind one that is frozen.
      socketTimeout: reconnectMax,
      retryStrategy: (attempt) => Math.min(attempt * 100, reconnectMax),
    });
    redis.on('error', (error: Error) => failures.set(redis, error));
    redis.on('ready', () => failures.delete(redis));
    return redis;
  });
  const ask = async (redis: Redis): Promise<CacheMember> => {
    if (redis.status === 'wait') await redis.connect();
    const failure = failures.get(redis);
    if (failure) throw failure;
    return parseMember(await redis.info('replication', 'memory', 'clients', 'stats', 'server'));
  };
  return {
    look: (index, patience) => {
      const redis = all[index];
      if (!redis) throw new RangeError(`there is no server ${index}`);
      const { promise, resolve, reject } = Promise.withResolvers<CacheMember>();
      const timer = setTimeout(() => setImmediate(() => reject(new Error('no answer in time'))), patience);
      ask(redis).then(resolve, reject);
      return promise.finally(() => clearTimeout(timer));
    },
    close: () => {
      for (const redis of all) redis.disconnect();
    },
  };
};
