import { fileURLToPath } from 'node:url';
import type { Queries } from '@scale-up/database';
import Postgrator from 'postgrator';
import { Refusal } from './refusal.ts';

const defaultFolder = fileURLToPath(new URL('../migrations', import.meta.url));

type Migration = { readonly version: number; readonly name: string };

/** The schema's versions: those in the code as files, and the one the database is at. */
export type Schema = {
  readonly postgrator: Postgrator;
  readonly current: number;
  readonly migrations: readonly Migration[];
};

/**
 * Reads both sides and refuses what cannot be rolled forward.
 * @param queries of the connection that migrations run on
 * @param folder where the SQL files are
 * @throws Refusal when the database is newer than the code, or a file has a number that is taken or was passed by
 */
export const readSchema = async (queries: Queries, folder = defaultFolder): Promise<Schema> => {
  const postgrator = new Postgrator({
    driver: 'pg',
    schemaTable: 'schema_version',
    currentSchema: 'public',
    // A pattern in which the folder's own brackets and stars mean themselves.
    migrationPattern: `${folder.replaceAll(/[?*()[\]{}\\]/g, String.raw`\$&`)}/*.do.*.sql`,
    newline: 'LF',
    execQuery: async (text) => ({ rows: await queries.script(text) }),
  });
  const migrations = await readFiles(postgrator, folder);
  const newest = migrations.at(-1)?.version ?? 0;
  const current = await postgrator.getDatabaseVersion();
  if (current > newest) {
    throw new Refusal(
      `The database is at version ${current}, this release knows up to ${newest}. Use the release that wrote it, or a newer one.`,
    );
  }
  if (current > 0) await refusePassedBy(queries, migrations, current);
  return { postgrator, current, migrations };
};

const readFiles = async (postgrator: Postgrator, folder: string): Promise<Migration[]> => {
  const migrations = (await postgrator.getMigrations().catch(refuse)).toSorted((a, b) => a.version - b.version);
  if (migrations.length === 0) throw new Refusal(`There are no migrations in ${folder}.`);
  return migrations;
};

/** Two files with one number, as after a merge. */
const refuse = (error: Error): never => {
  throw new Refusal(`${error.message}. Give the newer one the next number.`);
};

/** Merged after a migration with a higher number had run: it would never run, and nobody would be told. */
const refusePassedBy = async (queries: Queries, migrations: readonly Migration[], current: number): Promise<void> => {
  const rows = await queries.script('SELECT version FROM schema_version');
  const applied = new Set(rows.map((row) => row['version']));
  const passedBy = migrations.find(({ version }) => version < current && !applied.has(version));
  if (!passedBy) return;
  throw new Refusal(
    `Migration ${passedBy.version} ${passedBy.name} has not run, but the database is at version ${current} already. ` +
      'Give it the next number.',
  );
};
