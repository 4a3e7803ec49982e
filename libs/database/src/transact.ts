import type { PoolClient, QueryResult } from 'pg';
import { commit, rollBack } from './commit.ts';
import { isReusableAfter, OutcomeUnknown } from './errors.ts';
import { type Queries, queriesOn, type Query } from './queries.ts';

export type Connect = () => Promise<PoolClient>;
export type Work<Result> = (queries: Queries) => Promise<Result>;

/** On any connection. `pool.query` would close it after every error, those included that a caller can provoke at will. */
export const onAny = async (connect: Connect, query: Query): Promise<QueryResult> => {
  const client = await connect();
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

/** Does all of `work` in one transaction, or nothing of it. */
export const transact = async <Result>(connect: Connect, work: Work<Result>): Promise<Result> => {
  const client = await connect();
  let isBroken = false;
  try {
    await client.query('BEGIN');
    const result = await work(queriesOn((query) => client.query(query)));
    await commit(client);
    return result;
  } catch (error) {
    isBroken = error instanceof OutcomeUnknown || !isReusableAfter(error) || !(await rollBack(client));
    throw error;
  } finally {
    client.release(isBroken);
  }
};
