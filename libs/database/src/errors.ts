import { DatabaseError } from 'pg';

/** SQLSTATE classes and codes this library tells apart (PostgreSQL manual, appendix A). */
const sqlState = { uniqueViolation: '23505', checkViolation: '23514', foreignKeyViolation: '23503' } as const;

const isDatabaseError = (error: unknown): error is DatabaseError => error instanceof DatabaseError;

/**
 * The constraint that a statement violated, by its name in the schema; undefined for every other error.
 * Repositories map it to what the caller did wrong.
 */
export const violatedConstraint = (error: unknown): string | undefined => {
  if (!isDatabaseError(error)) return undefined;
  const codes: readonly string[] = Object.values(sqlState);
  return error.code !== undefined && codes.includes(error.code) ? error.constraint : undefined;
};

/** Text that PostgreSQL cannot store (22021 NUL or bad encoding, 22P05 untranslatable): the caller's fault. */
export const isUnstorableText = (error: unknown): boolean =>
  isDatabaseError(error) && (error.code === '22021' || error.code === '22P05');

/**
 * The database cannot do it just now, and the same may succeed a moment later: no connection, or it starts, stops or ended this one
 * (class 08, 57P01–57P05, 53300), a conflict with another transaction (40001, 40P01), or time was up (57014, 25P03).
 */
export const isUnavailable = (error: unknown): boolean => {
  if (isDatabaseError(error)) return /^(08...|57P0[1-5]|53300|40001|40P01|57014|25P03)$/.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code ?? '') ||
    // What pg throws without a code: when a socket dies or no connection is free in time.
    /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed/.test(message) ||
    isUnanswered(error)
  );
};

/** The server is frozen or the network silent; pg gives no code for it. The statement may have run. */
const isUnanswered = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout';

/**
 * Whether a connection can serve others after an error on it: after data that was refused (22, 23), a conflict (40) or a statement
 * that took too long (57014) yes. After the server's other errors no: it may be about to close, or hold a prepared statement
 * that a migration has outdated (0A000), which would fail there for ever and is prepared anew on a new one.
 */
export const isReusableAfter = (error: unknown): boolean =>
  isDatabaseError(error) ? /^(22...|23...|40...|57014)$/.test(error.code ?? '') : !isUnanswered(error);
