import { fileURLToPath } from 'node:url';
import type { Queries } from '@scale-up/database';
import Postgrator from 'postgrator';
import { Refusal } from './refusal.ts';

const defaultFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** The schema's versions: those in the code as files, and the one the database is at. */
export type Schema = {
  readonly postgrator: Postgrator;
  readonly newest: number;
  readonly current: number;
  readonly migrations: readonly { readonly version: number; readonly name: string }[];
};

/**
 * Reads both sides and refuses a database that is newer than the code.
 * @param queries of the connection that migrations run on
 * @param folder where the SQL files are
 * @throws Refusal with a sentence
 */
export const readSchema = async (queries: Queries, folder = defaultFolder): Promise<Schema> => {
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'schema_version',
    currentSchema: 'public',
    migrationPattern: `${folder}/*.do.*.sql`,
    newline: 'LF',
    execQuery: async (text) => ({ rows: await queries.script(text) }),
  });
  const migrations = (await postgrator.getMigrations()).toSorted((a, b) => a.version - b.version);
  const newest = migrations.at(-1)?.version ?? 0;
  const current = await postgrator.getDatabaseVersion();
  if (current > newest) {
    throw new Refusal(
      `The database is at version ${current}, this release knows up to ${newest}. Use the release that wrote it, or a newer one.`,
    );
  }
  return { postgrator, newest, current, migrations };
};
