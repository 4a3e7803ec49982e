import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, statement, Unavailable } from '@scale-up/database';
import type { Logger } from '@scale-up/service';

/** The newest migration this code needs; a newer schema is fine, since migrations only ever add to what a release uses. */
export const neededVersion = 6;

const currentVersion = statement<{ version: number }>(
  'schema-version',
  `SELECT max(version)::integer AS version FROM schema_version`,
);

const interval = 500;

/**
 * Waits until the database has a schema this code can work with. Asked once, at the start: what was compatible stays so.
 * @param logger told when it is waiting, and for what
 */
export const compatibleSchema = async (database: Database, logger: Logger): Promise<void> => {
  let said = '';
  for (;;) {
    const reason = await findReason(database);
    if (reason === undefined) return;
    if (reason !== said) logger.warn({ reason }, 'waiting for the schema');
    said = reason;
    await sleep(interval);
  }
};

const findReason = async (database: Database): Promise<string | undefined> => {
  try {
    const version = (await database.for({ patience: 0 }).first(currentVersion))?.version ?? 0;
    if (version >= neededVersion) return undefined;
    return `the database is at version ${version}, this release needs ${neededVersion}: run db-migrator up`;
  } catch (error) {
    const reason = error instanceof Unavailable ? error.cause : error;
    return reason instanceof Error ? reason.message : String(reason);
  }
};
