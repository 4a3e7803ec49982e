import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient } from 'pg';
import { addressesOf, openSearch, requireRole, type Role } from './addresses.ts';
import type { OnEvent } from './events.ts';
import { Openings } from './openings.ts';
import { typeParsers } from './types.ts';
import { UnderWay } from './under-way.ts';
import { isOutdatedPlan, verdictOf } from './verdict.ts';

export type PoolOptions = {
  /** A connection string, which may name several hosts, or several strings. */
  readonly url: string | readonly string[];
  /** Which of several servers is used, and what a single one must be; by default whatever it is. */
  readonly role?: Role;
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Milliseconds a statement, or a transaction between two statements, may take; 0 is for ever. Default: what an API can bear. */
  readonly limits?: { readonly statement: number; readonly idleInTransaction: number };
};

/** In milliseconds. Each is shorter than what waits for it. */
const timeouts = {
  /** To get a connection, new or freed: a database on the same network gives one in a few; who waits longer only queues up. */
  connection: 5_000,
  /** To open one, with TLS and password, 10 to 20 when all is well: beyond, somebody on the way is gone, and another try finds another way. */
  opening: 1_000,
  /** One statement: the slowest of the API takes under 100; what runs longer than 5 s only holds others up. */
  statement: 5_000,
  /** Beyond the time of a statement, for an answer: the server itself is frozen or unreachable, so it cannot end the statement. */
  answer: 1_000,
  /** A transaction that waits for its client: frees row locks of a frozen instance before its twin gives up. */
  idleInTransaction: 1_500,
  /** An unused connection is given back after a while. */
  idle: 60_000,
  /** For the server to close its end of a connection that says goodbye; a frozen one never does. */
  goodbye: 1_000,
};

/** Seconds a connection lives: long, but finite, so that memory of its backend is given back and a moved address is found. */
const maxLifetime = 1_800;

const clientConfig = ({ applicationName, limits }: PoolOptions): ClientConfig => {
  const statement = limits?.statement ?? timeouts.statement;
  return {
    application_name: applicationName,
    statement_timeout: statement,
    query_timeout: statement === 0 ? 0 : statement + timeouts.answer,
    idle_in_transaction_session_timeout: limits?.idleInTransaction ?? timeouts.idleInTransaction,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // What is sent while something before it is under way goes out at once: a transaction's BEGIN and first statements make one way, and so do its last
    // one and COMMIT.
    pipeline: true,
    // The warning of a COMMIT that no standby confirmed must arrive, whatever the role's own setting is.
    // The plan of a prepared statement is made once per connection: left to itself, PostgreSQL takes a page of "any size" for a tenth of the table and plans
    // such a list anew each time, which costs more than to read it (decision 0048).
    options: '-c TimeZone=UTC -c client_min_messages=warning -c plan_cache_mode=force_generic_plan',
    types: typeParsers,
  };
};

/** Connections to whichever of the addresses has the wanted role. */
export const openPool = (options: PoolOptions, onEvent: OnEvent) => {
  const addresses = addressesOf(options.url);
  const role = options.role ?? 'any';
  let current = addresses[0] ?? '';
  // A single address needs no search.
  let isLocated = addresses.length === 1;
  const sockets = new Map<ClientBase, Socket>();
  const underWay = new UnderWay();
  /**
   * Connections made before the last grave absence: their server may be gone without a word, and each would cost its user a time-out. Or made
   * before a migration that outdated a statement.
   */
  const suspects = new WeakSet<ClientBase>();

  /** Goes to the address that was good last. */
  class LocatedClient extends Client {
    constructor(config?: ClientConfig) {
      const socket = new Socket();
      super({
        ...config,
        connectionString: current,
        stream: () => socket,
        connectionTimeoutMillis: timeouts.opening,
      });
      sockets.set(this, socket);
      underWay.begin(socket);
      socket.once('close', () => sockets.delete(this));
    }
  }

  const config = clientConfig(options);
  const pool = new Pool({
    ...config,
    Client: LocatedClient,
    max: options.poolSize,
    connectionTimeoutMillis: timeouts.connection,
    idleTimeoutMillis: timeouts.idle,
    maxLifetimeSeconds: maxLifetime,
    // oxlint-disable-next-line typescript/no-misused-promises -- pg-pool waits for it, whatever its types say
    onConnect: (client: ClientBase) => requireRole(client, role),
  });
  const openings = new Openings(pool, timeouts.connection);
  // Both listeners are needed: without one, a socket that dies idle (pool) or checked out (client) ends the process.
  // The pool repeats what its client reported, and a client may report one death twice: the server's word, then the socket.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    underWay.end(sockets.get(client));
    client
      .once('error', (error) => {
        onEvent({ type: 'connection-lost', error });
        underWay.suspect();
      })
      .on('error', () => {});
  });

  pool.on('release', (error, client) => {
    // What is outdated on one connection is so on all that were made before; each would cost somebody a try.
    if (!isOutdatedPlan(error) || suspects.has(client)) return;
    for (const known of sockets.keys()) suspects.add(known);
  });

  const findServer = openSearch(addresses, role, config, underWay);
  const search = async (isGrave: boolean): Promise<void> => {
    const found = await findServer();
    if (isGrave || found !== current) for (const client of sockets.keys()) suspects.add(client);
    current = found;
    isLocated = true;
  };
  let searching: Promise<void> | undefined;
  const find = (isGrave: boolean): Promise<void> => {
    searching ??= search(isGrave).finally(() => (searching = undefined));
    return searching;
  };

  return {
    /** Connections: all, idle, and callers waiting for one. */
    count: () => ({
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount + openings.waiting,
    }),
    /** Looks for a server in the wanted role, and has everybody go there. */
    find,
    /** A connection, to be released. */
    connect: async (): Promise<PoolClient> => {
      if (!isLocated) await find(false);
      for (;;) {
        const client = await openings.connect().catch((error: unknown) => {
          if (verdictOf(error) === 'away') isLocated = addresses.length === 1;
          throw error;
        });
        if (!suspects.has(client)) return client;
        client.release(true);
        sockets.get(client)?.destroy();
      }
    },
    /** Waits for running statements, then closes every connection, and waits until that is so. */
    close: async (): Promise<void> => {
      await pool.end();
      const closed = [...sockets.values()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      const limit = new AbortController();
      await Promise.race([
        Promise.all(closed),
        sleep(timeouts.goodbye, undefined, { signal: limit.signal }).catch(() => {}),
      ]);
      limit.abort();
      for (const socket of sockets.values()) socket.destroy();
    },
  };
};
