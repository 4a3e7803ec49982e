import { readFileSync } from 'node:fs';
import type { Database, Queries } from '@scale-up/database';
import { Refusal } from './refusal.ts';
import { readSchema } from './schema.ts';

/** Any number will do, as long as everyone who migrates or seeds uses the same. */
const lock = 7_240_217;

const grants = readFileSync(new URL('../grants.sql', import.meta.url), 'utf8');

/** Runs `work` in one transaction while nobody else migrates or seeds: twenty at once do it one after another. */
export const exclusively = <Result>(database: Database, work: (queries: Queries) => Promise<Result>): Promise<Result> =>
  database.transaction(async (queries) => {
    await queries.script(`SELECT pg_advisory_xact_lock(${lock})`);
    return work(queries);
  });

/**
 * Brings the schema to the newest version in one transaction: all pending migrations and their records, or nothing.
 * @param folder where the SQL files are; the product's own by default
 * @returns the names of the migrations that ran, in order
 * @throws Refusal when the files and the database do not fit each other, an applied file was edited, or a migration failed
 */
export const up = (database: Database, folder?: string): Promise<string[]> =>
  exclusively(database, async (queries) => {
    const { postgrator } = await readSchema(queries, folder);
    let running = '';
    postgrator.on('validation-started', ({ version, name }) => (running = `${version} ${name}`));
    postgrator.on('migration-started', ({ version, name }) => (running = `${version} ${name}`));
    try {
      const ran = await postgrator.migrate();
      await queries.script(grants);
      return ran.map(({ version, name }) => `${version} ${name}`);
    } catch (error) {
      throw explain(error, running);
    }
  });

const explain = (error: unknown, running: string): unknown => {
  if (!(error instanceof Error)) return error;
  if (error.message.startsWith('MD5 checksum failed')) {
    return new Refusal(
      `Migration ${running} was edited after it had been applied. Undo the edit and put the change into a new migration.`,
    );
  }
  if ('severity' in error) return new Refusal(`Migration ${running} failed, nothing was changed: ${error.message}`);
  return error;
};
