import type { PoolClient, QueryResult } from 'pg';
import { commit, rollBack } from './commit.ts';
import { isReusableAfter, OutcomeUnknown } from './errors.ts';
import { type Queries, queriesOn, type Query } from './queries.ts';

export type Connect = () => Promise<PoolClient>;
export type Work<Result> = (queries: Queries) => Promise<Result>;

/** On any connection. `pool.query` would close it after every error, those included that a caller can provoke at will. */
export const onAny = async (connect: Connect, query: Query): Promise<QueryResult> => {
  const client = await connect();
  let brokenBy: Error | undefined;
  try {
    return await client.query(query);
  } catch (error) {
    // A text of several statements may have begun a transaction.
    if (typeof query === 'string' || !isReusableAfter(error)) brokenBy = error as Error;
    throw error;
  } finally {
    client.release(brokenBy);
  }
};

/**
 * Does all of `work` in one transaction, or nothing of it.
 * @param requireCaller throws when nobody waits for the result any more; asked before the work and before COMMIT
 */
export const transact = async <Result>(
  connect: Connect,
  work: Work<Result>,
  requireCaller: () => void = () => {},
): Promise<Result> => {
  const client = await connect();
  let brokenBy: Error | undefined;
  try {
    requireCaller();
    await client.query('BEGIN');
    const result = await work(queriesOn((query) => client.query(query)));
    // From here on it may be done, whoever leaves.
    requireCaller();
    await commit(client);
    return result;
  } catch (error) {
    const isBroken = error instanceof OutcomeUnknown || !isReusableAfter(error) || !(await rollBack(client));
    if (isBroken) brokenBy = error as Error;
    throw error;
  } finally {
    client.release(brokenBy);
  }
};
