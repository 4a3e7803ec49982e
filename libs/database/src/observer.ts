import { DatabaseError, type QueryResult } from 'pg';
import { OutcomeUnknown, type Refusal, WriteUnderWay } from './errors.ts';
import type { Query } from './queries.ts';
import { meaningOf, verdictOf } from './verdict.ts';

/** Why something failed, without the values that a server's message may repeat. */
export type Failure = {
  /** SQLSTATE, or a code of Node; where there is neither, the error’s class. */
  readonly code: string;
  readonly reason: string;
};

/** What is told of a hold: each try, and its end. */
export type Hold = {
  /** Runs a try, which follows a failure. */
  readonly again: <Result>(failure: Failure, attempt: () => Promise<Result>) => Promise<Result>;
  /**
   * @param milliseconds it was held
   * @param refusal why the caller was not served, if so
   */
  readonly end: (milliseconds: number, refusal: Refusal | 'fault' | undefined) => void;
};

/**
 * Sees what is done for callers, each in its own asynchronous context: for a tracer. Whoever is not interested in a caller gives undefined,
 * and is told no more. Values are never shown.
 */
export type Observer = {
  /**
   * A statement is sent.
   * @param name of a prepared one; BEGIN, COMMIT or ROLLBACK; else `script`
   * @param text of a prepared one
   * @returns told of its end: how many rows it gave, or why it failed
   */
  readonly statement: (name: string, text: string | undefined) => ((end: number | Failure) => void) | undefined;
  /** A caller begins to wait since the database is away, or busy with others. */
  readonly hold: (verdict: 'away' | 'busy') => Hold | undefined;
};

/** Errors of this library and of the driver, whose words hold no values. */
const isSpeakable = (error: Error): boolean =>
  error instanceof OutcomeUnknown || error instanceof WriteUnderWay || verdictOf(error) !== 'fault';

/** An error as it may be shown to anybody: a server's own message repeats what was sent to it, so its code must do. */
export const failureOf = (error: unknown): Failure => {
  if (!(error instanceof Error)) return { code: 'unknown', reason: 'unknown' };
  const { code = error.constructor.name, message } = error as NodeJS.ErrnoException;
  if (error instanceof DatabaseError) return { code, reason: meaningOf(error) ?? 'the server refused it' };
  return { code, reason: isSpeakable(error) ? message : error.constructor.name };
};

const transactional = new Set(['BEGIN', 'COMMIT', 'ROLLBACK']);

/** Sends a statement under the eyes of an observer, if there is one. */
export const observed = (
  observer: Observer | undefined,
  query: Query,
  send: () => Promise<QueryResult>,
): Promise<QueryResult> => {
  if (!observer) return send();
  const isText = typeof query === 'string';
  const name = isText ? (transactional.has(query) ? query : 'script') : query.name;
  const end = observer.statement(name, isText ? undefined : query.text);
  if (!end) return send();
  return send().then(
    (result) => {
      end(result.rowCount ?? 0);
      return result;
    },
    (error: unknown) => {
      end(failureOf(error));
      throw error;
    },
  );
};
