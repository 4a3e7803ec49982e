import type { Config } from '@scale-up/config';
import { type Database, openDatabase } from '@scale-up/database';
import { Refusal } from './refusal.ts';

/**
 * Opens the database as the owner of the schema; a migration may take as long as it needs.
 * @throws Refusal naming the database and the reason, when it cannot be used
 */
export const connect = async (config: Config<'db-migrator'>): Promise<Database> => {
  const url = config.MIGRATION_DATABASE_URL.reveal();
  const database = openDatabase({
    url,
    poolSize: 1,
    applicationName: 'db-migrator',
    limits: { statement: 0, idleInTransaction: 0 },
  });
  try {
    await database.script('SELECT 1');
    return database;
  } catch (error) {
    await database.close();
    const { host, pathname } = new URL(url);
    throw new Refusal(`The database ${host}${pathname} cannot be used: ${reasonOf(error)}.`);
  }
};

/** Several addresses of one name that all refuse make an error without a message, but with a code. */
const reasonOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
};
