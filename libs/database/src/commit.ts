import type { PoolClient } from 'pg';
import { OutcomeUnknown } from './errors.ts';
import { observed, type Observer } from './observer.ts';
import { isRollback } from './verdict.ts';

type Notice = { readonly code?: string | undefined; readonly message?: string | undefined };

/** A warning (class 01), or the announcement that the server ends the connection: SyncRepWaitForLSN says both in a NOTICE message. */
const isWarning = ({ code = '' }: Notice): boolean => /^(01|57P)/.test(code);

/**
 * Commits the transaction of a connection.
 * @throws OutcomeUnknown when the connection died, or the wait for the standbys was cancelled: PostgreSQL then answers as if all were
 * well, with a warning that the transaction "has already committed locally, but might not have been replicated"; every other error when
 * nothing was committed for certain
 */
export const commit = async (client: PoolClient, observer?: Observer): Promise<void> => {
  let warning: Notice | undefined;
  const onNotice = (notice: Notice): void => {
    if (isWarning(notice)) warning = notice;
  };
  client.on('notice', onNotice);
  let command: string;
  try {
    ({ command } = await observed(observer, 'COMMIT', () => client.query('COMMIT')));
  } catch (error) {
    throw isRollback(error) ? error : new OutcomeUnknown(error);
  } finally {
    client.off('notice', onNotice);
  }
  if (warning) throw new OutcomeUnknown(new Error(warning.message));
  // PostgreSQL answers so, without an error, when a statement had failed and the work did not pass the failure on.
  if (command === 'ROLLBACK') throw new Error('nothing was committed: a statement had failed');
};

/** Whether it worked. */
export const rollBack = async (client: PoolClient, observer?: Observer): Promise<boolean> => {
  try {
    await observed(observer, 'ROLLBACK', () => client.query('ROLLBACK'));
    return true;
  } catch {
    return false;
  }
};
