import { Pool, type PoolClient, type QueryResult } from 'pg';
import { isReusableAfter } from './errors.ts';
import type { Statement } from './statement.ts';
import { typeParsers } from './types.ts';

export type Value = string | number | boolean | null | Date | readonly string[] | readonly number[];

/** Runs statements one after another. */
export type Queries = {
  /** Every row of a prepared statement. */
  readonly query: <Row>(statement: Statement<Row>, values?: readonly Value[]) => Promise<Row[]>;
  /** The first row, or undefined. */
  readonly first: <Row>(statement: Statement<Row>, values?: readonly Value[]) => Promise<Row | undefined>;
  /** Runs SQL without values, of one or several statements, such as a migration; gives the rows of the last. */
  readonly script: (text: string) => Promise<Record<string, unknown>[]>;
};

export type Database = Queries & {
  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. `work` must have no effect beside
   * its statements, and must pass their failures on.
   */
  readonly transaction: <Result>(work: (queries: Queries) => Promise<Result>) => Promise<Result>;
  /** Connections: all, idle, and callers waiting for one. */
  readonly connections: () => { total: number; idle: number; waiting: number };
  /** Waits for running statements and closes every connection. */
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Milliseconds a statement, or a transaction between two statements, may take; 0 is for ever. Default: what an API can bear. */
  readonly limits?: { readonly statement: number; readonly idleInTransaction: number };
  /** A connection died while nobody used it, or under a transaction whose error is reported as well. */
  readonly onConnectionLost?: (error: Error) => void;
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

/**
 * Opens a pool; the first statement connects.
 * @param options address, size, name
 */
export const openDatabase = (options: DatabaseOptions): Database => {
  const statementLimit = options.limits?.statement ?? timeouts.statement;
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: timeouts.connection,
    idleTimeoutMillis: timeouts.idle,
    maxLifetimeSeconds: maxLifetime,
    statement_timeout: statementLimit,
    query_timeout: statementLimit === 0 ? 0 : statementLimit + timeouts.answer,
    idle_in_transaction_session_timeout: options.limits?.idleInTransaction ?? timeouts.idleInTransaction,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: '-c TimeZone=UTC',
    types: typeParsers,
  });
  const lost = options.onConnectionLost ?? (() => {});
  // Both listeners are needed: without one, a socket that dies idle (pool) or checked out (client) ends the process.
  // The pool repeats what its client reported, and a client may report one death twice: the server's word, then the socket.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.once('error', lost).on('error', () => {}));

  return {
    ...queriesOn((query) => onAny(pool, query)),
    transaction: async (work) => {
      const client = await pool.connect();
      let isBroken = false;
      try {
        await client.query('BEGIN');
        const result = await work(queriesOn((query) => client.query(query)));
        const { command } = await client.query('COMMIT');
        // PostgreSQL answers so, without an error, when a statement had failed and `work` did not pass the failure on.
        if (command === 'ROLLBACK') throw new Error('nothing was committed: a statement had failed');
        return result;
      } catch (error) {
        isBroken = !isReusableAfter(error) || !(await rollBack(client));
        throw error;
      } finally {
        client.release(isBroken);
      }
    },
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
};

/** A prepared statement, or text of one or several statements. */
type Query = string | { readonly name: string; readonly text: string; readonly values: Value[] };
type Run = (query: Query) => Promise<QueryResult>;

/** On any connection. `pool.query` would close it after every error, those included that a caller can provoke at will. */
const onAny = async (pool: Pool, query: Query): Promise<QueryResult> => {
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

/** Whether it worked. */
const rollBack = async (client: PoolClient): Promise<boolean> => {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
};

const queriesOn = (run: Run): Queries => {
  const query = async <Row>({ name, text }: Statement<Row>, values: readonly Value[] = []): Promise<Row[]> =>
    (await run({ name, text, values: [...values] })).rows;
  return {
    query,
    first: async (statement, values) => (await query(statement, values))[0],
    script: async (text) => {
      // pg gives an array of results for several statements, whatever its types say.
      const results = [await run(text)].flat();
      return results.at(-1)?.rows ?? [];
    },
  };
};
