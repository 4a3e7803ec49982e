import { Availability } from './availability.ts';
import { OutcomeUnknown, Unavailable, WriteUnderWay } from './errors.ts';
import type { DatabaseEvent, OnEvent } from './events.ts';
import { type Caller, Holding, type HoldLimits } from './holding.ts';
import type { Observer } from './observer.ts';
import { doOnce, isKnown, type Outcome, type OutcomeKey, pruneOutcomes, type Look, type Write } from './outcomes.ts';
import { openPool, type PoolOptions } from './pool.ts';
import { type Queries, queriesOn, type Query } from './queries.ts';
import { onAny, transact, type Work } from './transact.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export type Database = Queries & {
  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. It is repeated after errors that pass, so
   * `work` must have no effect beside its statements, and must pass their failures on.
   * @throws OutcomeUnknown when the connection was lost during COMMIT; Unavailable when it could not be held longer
   */
  readonly transaction: <Result>(work: Work<Result>, caller?: Caller) => Promise<Result>;
  /**
   * Like `transaction`, for a write that must happen once however often it is asked for: its answer is stored with it, and a repetition
   * gets that answer. An unknown COMMIT is therefore resolved by asking again.
   * @param look reads that need not wait for the key to be claimed; `work` gets what they find
   * @throws KeyReused, WriteUnderWay, Unavailable
   */
  readonly once: <Found = undefined>(
    key: OutcomeKey,
    work: Write<Found>,
    caller?: Caller,
    look?: Look<Found>,
  ) => Promise<Outcome>;
  /** Whether an outcome is stored; does not wait for a write under way. */
  readonly isKnown: (key: OutcomeKey, caller?: Caller) => Promise<boolean>;
  /** Forgets the oldest outcomes that are older than `seconds`, at most `batch`; gives their number. */
  readonly prune: (seconds: number, batch: number) => Promise<number>;
  /** The same pool for a caller that says how long it waits and is told how long it did. */
  readonly for: (caller: Caller) => Queries;
  /** Why the database cannot be used, since when (performance.now()), and why nobody is held for it, if so; undefined while it can. */
  readonly awayBecause: () =>
    | { readonly error: unknown; readonly since: number; readonly hopeless: 'limit' | 'cut-off' | undefined }
    | undefined;
  /** Connections: all, idle, and callers waiting for one; callers held through an absence. */
  readonly connections: () => { total: number; idle: number; waiting: number; held: number };
  /** Ends everybody's waiting, lets running statements finish and closes every connection. */
  readonly close: () => Promise<void>;
};

export type DatabaseOptions = PoolOptions & {
  /** Absent: nobody is held, and every error is passed on as it comes. */
  readonly hold?: HoldLimits;
  /** Told of everything that happens; must not throw. */
  readonly onEvent?: OnEvent;
  /** Sees what is done for whom; must not throw. */
  readonly observer?: Observer | undefined;
};

const noHold: HoldLimits = { time: 0, callers: 0, bytes: 0 };

/**
 * Opens a pool; the first statement connects.
 * @param options addresses, size, name, limits
 */
export const openDatabase = (options: DatabaseOptions): Database => {
  const { observer } = options;
  const onEvent = (event: DatabaseEvent): void => options.onEvent?.(event);
  const { count, find, connect, close } = openPool(options, onEvent);
  const availability = new Availability(find, onEvent, options.hold);
  const holding = new Holding(options.hold ?? noHold, availability, onEvent, observer);

  const send = (query: Query) => onAny(connect, query, observer);
  const forCaller = (caller?: Caller): Queries => ({
    ...queriesOn((query) => holding.run({ attempt: () => send(query), isAbandonable: true }, caller)),
    script: queriesOn(send).script,
  });
  const requireCaller = ({ signal }: Caller): void => {
    if (!signal?.aborted) return;
    onEvent({ type: 'refused', reason: 'aborted' });
    throw new Unavailable('aborted', new Error('the caller has left'));
  };
  const inTransaction = <Result>(work: Work<Result>, caller: Caller = {}): Promise<Result> =>
    transact(connect, work, () => requireCaller(caller), observer).catch((error: unknown) => {
      if (error instanceof OutcomeUnknown) onEvent({ type: 'commit-unknown', error: error.cause });
      throw error;
    });
  return {
    ...forCaller(),
    for: forCaller,
    transaction: (work, caller) =>
      holding.run({ attempt: () => inTransaction(work, caller), isAbandonable: false }, caller),
    once: async (key, work, caller = {}, look) => {
      let isUnknown = false;
      // What this very call did before its COMMIT got lost is no repetition.
      let own: Uint8Array | undefined;
      const attempt = async (): Promise<Outcome> => {
        let given: Uint8Array | undefined;
        const noting: typeof work = async (queries, found) => {
          // A twin may have been waited for.
          requireCaller(caller);
          return (given = await work(queries, found));
        };
        try {
          return await inTransaction((queries, atCommit) => doOnce(queries, atCommit, key, noting, look), caller);
        } catch (error) {
          if (error instanceof OutcomeUnknown) [isUnknown, own] = [true, given ?? own];
          throw error;
        }
      };
      const judge = (error: unknown): Verdict => {
        // The twin is this call itself: a COMMIT that still waits for a standby, whose end is worth waiting for.
        if (error instanceof WriteUnderWay && isUnknown) return 'busy';
        if (!(error instanceof OutcomeUnknown)) return verdictOf(error);
        // May be asked for again: the key tells what became of it.
        return verdictOf(error.cause) === 'away' ? 'away' : 'busy';
      };
      const outcome = await holding.run({ attempt, isAbandonable: true, judge }, caller);
      const isOwn = own !== undefined && Buffer.compare(own, outcome.answer) === 0;
      if (!outcome.isReplay || isOwn) return { ...outcome, isReplay: false };
      onEvent({ type: 'replayed' });
      return outcome;
    },
    isKnown: (key, caller) => isKnown(forCaller(caller), key),
    prune: (seconds, batch) => inTransaction((queries) => pruneOutcomes(queries, seconds, batch)),
    awayBecause: () => availability.awayBecause,
    connections: () => ({ ...count(), held: holding.callers }),
    close: () => {
      availability.close();
      return close();
    },
  };
};
