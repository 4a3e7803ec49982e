import { DatabaseError } from 'pg';
import { verdictOf } from './verdict.ts';

/**
 * Why a caller was not served: held as long as allowed, or come when the database had been away for longer than anybody is held; too many
 * held already; this process alone cannot reach it; not held since it did not want to be; left by itself
 * (its signal), or the pool was closed.
 */
export type Refusal = 'limit' | 'full' | 'cut-off' | 'not-held' | 'aborted' | 'closed';

/** The database could not be used for as long as the caller could wait. Whether a write happened is certain: it did not, or its outcome is stored. */
export class Unavailable extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal, cause: unknown) {
    super(`the database is away (${reason})`, { cause });
    this.reason = reason;
  }
}

/** COMMIT got no certain answer: nobody knows whether the transaction happened. A write with an outcome is asked for again, others are not. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super('whether the transaction was committed is unknown', { cause });
  }
}

/** The key of an outcome belongs to another payload. */
export class KeyReused extends Error {
  constructor() {
    super('the key belongs to a write with another payload');
  }
}

/** The same write is still under way elsewhere, for longer than a statement may wait for it. */
export class WriteUnderWay extends Error {
  constructor(cause: unknown) {
    super('the same write is still under way', { cause });
  }
}

/** SQLSTATE codes of violated constraints (PostgreSQL manual, appendix A). */
const violations: ReadonlySet<string | undefined> = new Set(['23505', '23514', '23503']);

const isDatabaseError = (error: unknown): error is DatabaseError => error instanceof DatabaseError;

/**
 * The constraint that a statement violated, by its name in the schema; undefined for every other error.
 * Repositories map it to what the caller did wrong.
 */
export const violatedConstraint = (error: unknown): string | undefined =>
  isDatabaseError(error) && violations.has(error.code) ? error.constraint : undefined;

/** Text that PostgreSQL cannot store (22021 NUL or bad encoding, 22P05 untranslatable): the caller's fault. */
export const isUnstorableText = (error: unknown): boolean =>
  isDatabaseError(error) && (error.code === '22021' || error.code === '22P05');

/** The database cannot do it just now, and the same may succeed a moment later. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof Unavailable || error instanceof OutcomeUnknown || verdictOf(error) !== 'fault';

/** The server is frozen or the network silent; pg gives no code for it. The statement may have run. */
const isUnanswered = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/**
 * Whether a connection can serve others after an error on it: after data that was refused (22, 23, 44000, P0), a conflict (40) or a
 * statement that took or waited too long (57014, 55P03) yes. After the server's other errors no: it may be about to close, or hold a
 * prepared statement that a migration has outdated (0A000), which would fail there for ever and is prepared anew on a new one.
 */
export const isReusableAfter = (error: unknown): boolean =>
  isDatabaseError(error)
    ? error.severity !== 'FATAL' && /^(22...|23...|40...|44000|P0...|57014|55P03)$/.test(error.code ?? '')
    : !isUnanswered(error);
