import type { Duplex } from 'node:stream';
import type { PoolClient, QueryResult } from 'pg';
import { commit, rollBack } from './commit.ts';
import { isReusableAfter, OutcomeUnknown } from './errors.ts';
import { observed, type Observer } from './observer.ts';
import { type Queries, queriesOn, type Query, type Run } from './queries.ts';

export type Connect = () => Promise<PoolClient>;

/** Has a statement sent right before COMMIT, with it: nothing is committed when it fails. What it gives is not looked at. */
export type AtCommit = Queries['query'] extends (...given: infer Given) => unknown ? (...given: Given) => void : never;
export type Work<Result> = (queries: Queries, atCommit: AtCommit) => Promise<Result>;

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

/** Has everything that is sent meanwhile go out in one piece. */
const inOnePiece = <Result>(client: PoolClient, send: () => Result): Result => {
  // pg has it, and its types do not.
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
};

/**
 * Sends a transaction's last statements and its COMMIT at once.
 * @throws OutcomeUnknown before all else: a statement whose answer got lost says nothing of the COMMIT behind it
 */
const finish = async (client: PoolClient, last: (() => Promise<unknown>)[], observer?: Observer): Promise<void> => {
  const [committed, ...done] = await inOnePiece(client, () => {
    const sent = last.map((send) => send());
    return Promise.allSettled([commit(client, observer), ...sent]);
  });
  const failed = [committed, ...done].filter((result) => result.status === 'rejected');
  const unknown = failed.find(({ reason }) => reason instanceof OutcomeUnknown);
  // A COMMIT after a statement that failed says only that there was one.
  const told = unknown ?? failed.at(1) ?? failed[0];
  if (told) throw told.reason;
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
    const send: Run = (query) => observed(observer, query, () => client.query(query));
    const last: (() => Promise<unknown>)[] = [];
    const [begun, working] = inOnePiece(client, () => {
      const beginning = send('BEGIN');
      beginning.catch(() => {});
      // The first statements go out with BEGIN, and count only once that is answered: what comes after them is in the transaction for certain.
      const queries = queriesOn(async (query) => {
        const result = send(query);
        result.catch(() => {});
        await beginning;
        return result;
      });
      return [beginning, work(queries, (...given) => void last.push(() => queries.query(...given)))] as const;
    });
    const result = await working;
    await begun;
    // From here on it may be done, whoever leaves.
    requireCaller();
    await finish(client, last, observer);
    return result;
  } catch (error) {
    const isBroken = error instanceof OutcomeUnknown || !isReusableAfter(error) || !(await rollBack(client, observer));
    if (isBroken) brokenBy = error as Error;
    throw error;
  } finally {
    client.release(brokenBy);
  }
};
