import type { PoolClient, QueryResult } from 'pg';
import { commit, rollBack } from './commit.ts';
import { isReusableAfter, OutcomeUnknown } from './errors.ts';
import { observed, type Observer } from './observer.ts';
import { type Queries, queriesOn, type Query, type Run } from './queries.ts';

export type Connect = () => Promise<PoolClient>;
export type Work<Result> = (queries: Queries) => Promise<Result>;

/** On any connection. `pool.query` would close it after every error, those included that a caller can provoke at will. */
export const onAny = async (connect: Connect, query: Query, observer?: Observer): Promise<QueryResult> => {
  const client = await connect();
  let brokenBy: Error | undefined;
  try {
    return await observed(observer, query, () => client.query(query));
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
 * @param observer sees its statements
 */
export const transact = async <Result>(
  connect: Connect,
  work: Work<Result>,
  requireCaller: () => void = () => {},
  observer?: Observer,
): Promise<Result> => {
  const client = await connect();
  let brokenBy: Error | undefined;
  try {
    requireCaller();
    const run: Run = (query) => observed(observer, query, () => client.query(query));
    await run('BEGIN');
    const result = await work(queriesOn(run));
    // From here on it may be done, whoever leaves.
    requireCaller();
    await commit(client, observer);
    return result;
  } catch (error) {
    const isBroken = error instanceof OutcomeUnknown || !isReusableAfter(error) || !(await rollBack(client, observer));
    if (isBroken) brokenBy = error as Error;
    throw error;
  } finally {
    client.release(brokenBy);
  }
};
