import { Client, type ClientBase, type ClientConfig, Pool, type QueryResult } from 'pg';
import { addressesOf, findServer, requireRole, type Role } from './addresses.ts';
import { isReusableAfter } from './errors.ts';
import type { OnEvent } from './events.ts';
import type { Query } from './queries.ts';
import { typeParsers } from './types.ts';

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
  /** One statement: the slowest of the API takes under 100; what runs longer than 5 s only holds others up. */
  statement: 5_000,
  /** Beyond the time of a statement, for an answer: the server itself is frozen or unreachable, so it cannot end the statement. */
  answer: 1_000,
  /** A transaction that waits for its client: frees row locks of a frozen instance before its twin gives up. */
  idleInTransaction: 1_500,
  /** An unused connection is given back after a while. */
  idle: 60_000,
};

/** Seconds a connection lives: long, but finite, so that memory of its backend is given back and a moved address is found. */
const maxLifetime = 1_800;

/** Connections to whichever of the addresses has the wanted role. */
export const openPool = (options: PoolOptions, onEvent: OnEvent) => {
  const addresses = addressesOf(options.url);
  const role = options.role ?? 'any';
  let current = addresses[0] ?? '';

  /** Goes to the address that was good last. */
  class LocatedClient extends Client {
    constructor(config?: ClientConfig) {
      super({ ...config, connectionString: current });
    }
  }

  const statementLimit = options.limits?.statement ?? timeouts.statement;
  const config: ClientConfig = {
    application_name: options.applicationName,
    statement_timeout: statementLimit,
    query_timeout: statementLimit === 0 ? 0 : statementLimit + timeouts.answer,
    idle_in_transaction_session_timeout: options.limits?.idleInTransaction ?? timeouts.idleInTransaction,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: '-c TimeZone=UTC',
    types: typeParsers,
  };
  const pool = new Pool({
    ...config,
    Client: LocatedClient,
    max: options.poolSize,
    connectionTimeoutMillis: timeouts.connection,
    idleTimeoutMillis: timeouts.idle,
    maxLifetimeSeconds: maxLifetime,
    ...(role !== 'any' && { onConnect: (client: ClientBase) => requireRole(client, role) }),
  });
  // Both listeners are needed: without one, a socket that dies idle (pool) or checked out (client) ends the process.
  // The pool repeats what its client reported, and a client may report one death twice: the server's word, then the socket.
  pool.on('error', () => {});
  pool.on('connect', (client) =>
    client.once('error', (error) => onEvent({ type: 'connection-lost', error })).on('error', () => {}),
  );
  return {
    pool,
    /** Looks for a server in the wanted role, and has new connections go there. */
    find: async (): Promise<void> => {
      current = await findServer(addresses, role, config);
    },
  };
};

/** On any connection. `pool.query` would close it after every error, those included that a caller can provoke at will. */
export const onAny = async (pool: Pool, query: Query): Promise<QueryResult> => {
  const client = await pool.connect();
  let isBroken = false;
  try {
    return await client.query(query);
  } catch (error) {
    // A text of several statements may have begun a transaction.
    isBroken = typeof query === 'string' || !isReusableAfter(error);
    throw error;
  } finally {
    client.release(isBroken);
  }
};
