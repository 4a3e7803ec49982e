import { DatabaseError } from 'pg';

/**
 * What to do about an error:
 * `away` the database cannot be used just now, so wait until it answers again · `busy` it is there, and the same may succeed a moment
 * later · `fault` waiting changes nothing.
 */
export type Verdict = 'away' | 'busy' | 'fault';

/** A server that answers, but not in the role that is wanted: a standby, or a primary that has been demoted. */
export class WrongRole extends Error {}

/** SQLSTATE codes and classes (PostgreSQL manual, appendix A); the first that matches decides. */
export const sqlStates: readonly (readonly [RegExp, Verdict, string])[] = [
  [/^08P01$/, 'fault', 'protocol violation: the program’s own mistake'],
  [/^08/, 'away', 'the connection failed'],
  [/^57P0[123]$/, 'away', 'the server shuts down, has crashed, or does not accept connections yet'],
  [/^57P05$/, 'busy', 'the connection was ended since it was idle'],
  [/^58/, 'away', 'the operating system fails under the server'],
  [/^25006$/, 'away', 'a read-only server: a standby, or a primary that has been demoted'],
  [/^25P0[34]$/, 'busy', 'the transaction was ended since it waited for its client, or took too long'],
  [/^40001$/, 'busy', 'a conflict with another transaction'],
  [/^40P01$/, 'busy', 'a deadlock, of which this transaction was the victim'],
  [/^40003$/, 'away', 'the statement’s completion is unknown'],
  [/^53/, 'busy', 'no connection, memory or disk space left'],
  [/^55P03$/, 'busy', 'a lock was not available in time'],
  [/^57014$/, 'busy', 'the statement took too long, often since it waited for a lock'],
];

/** Codes of Node's sockets and resolver. */
const network =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|ENOENT|EADDRNOTAVAIL|ERR_STREAM_DESTROYED)$/;

/** What pg and pg-pool throw without a code. */
const messages: readonly (readonly [RegExp, Verdict])[] = [
  [/Connection terminated|not queryable|Client was closed|^Query read timeout$/, 'away'],
  // A connection that was not there in time: somebody on the way to the server is gone.
  [/^timeout expired$/, 'away'],
  [/timeout exceeded when trying to connect/, 'busy'],
  // What a server that is out of processes answers to the request for TLS.
  [/There was an error establishing an SSL connection/, 'busy'],
];

/**
 * Whether a prepared statement was outdated: a migration changed what its tables give (`SELECT *`, `RETURNING *`). The server says so
 * with a code for everything that is not supported, and in its own language; the name of its function is the same in all of them.
 */
export const isOutdatedPlan = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code === '0A000' && error.routine === 'RevalidateCachedQuery';

const stateOf = ({ code = '' }: DatabaseError) => sqlStates.find(([pattern]) => pattern.test(code));

/** What the code of a server's error means, in the words of the table above; undefined where it is not listed. */
export const meaningOf = (error: DatabaseError): string | undefined => stateOf(error)?.[2];

/** What an error of pg means for whoever wants the same again. */
export const verdictOf = (error: unknown): Verdict => {
  if (error instanceof WrongRole) return 'away';
  // On another connection it is prepared anew.
  if (isOutdatedPlan(error)) return 'busy';
  if (error instanceof DatabaseError) {
    return stateOf(error)?.[1] ?? 'fault';
  }
  if (!(error instanceof Error)) return 'fault';
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && network.test(code)) return 'away';
  return messages.find(([pattern]) => pattern.test(message))?.[1] ?? 'fault';
};

/**
 * Whether an error of COMMIT says for certain that nothing was committed. An ERROR of the server does; when the connection died, or the
 * server was about to end it (FATAL), the transaction may be committed all the same. The word is translated by servers that speak
 * another language, so the errors that COMMIT itself finds are known by their codes as well: constraints checked last, conflicts.
 */
export const isRollback = (error: unknown): boolean =>
  error instanceof DatabaseError && (error.severity === 'ERROR' || /^(23|P0|40001|40P01)/.test(error.code ?? ''));

/**
 * Whether an error may be that of one connection alone: it was ended, by the server or on the way. Where all were ended, each will be heard of. Silence, a
 * refusal or another role concern every connection.
 */
export const isOfOneConnection = (error: unknown): boolean => {
  if (error instanceof DatabaseError) return error.code === '57P01';
  if (!(error instanceof Error)) return false;
  const { code, message } = error as NodeJS.ErrnoException;
  return (
    code === 'ECONNRESET' || code === 'EPIPE' || /terminated unexpectedly|not queryable|^timeout expired$/.test(message)
  );
};
