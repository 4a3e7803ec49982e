import type { Config } from '@scale-up/config';
import { type Database, openDatabase } from '@scale-up/database';

/** Opens the database as the owner of the schema; a migration may take as long as it needs. */
export const connect = (config: Config<'db-migrator'>): Database =>
  openDatabase({
    url: config.MIGRATION_DATABASE_URL.reveal(),
    poolSize: 1,
    applicationName: 'db-migrator',
    limits: { statement: 0, idleInTransaction: 0 },
  });
