import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@scale-up/database';

const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export type Run = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs db-migrator as a process of its own, with nothing of this one's configuration. */
export const migrator = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> =>
  new Promise((resolve) => {
    const inherited = { ...process.env, MIGRATION_DATABASE_URL: '', DEMO_PASSWORD: '' };
    const child = execFile(
      process.execPath,
      [entry, ...args],
      { env: { ...inherited, ...env }, timeout: 30_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

/** Runs SQL of one or several statements and gives the rows of the last. */
export const sql = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const database = openDatabase({ url, poolSize: 1, applicationName: 'db-migrator test' });
  try {
    return await database.script(text);
  } finally {
    await database.close();
  }
};

const everything = `
  SELECT 'column' AS kind, table_name || '.' || column_name AS name,
         concat_ws(' ', data_type, is_nullable, column_default, generation_expression) AS text
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL
  SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL
  SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT 'grant', table_name || '.' || privilege_type, grantee
  FROM information_schema.role_table_grants WHERE table_schema = 'public'
  ORDER BY 1, 2, 3`;

/** All that a migration may change: tables, indexes, constraints, rights. Equal schemas give equal lists. */
export const schemaOf = (url: string): Promise<Record<string, unknown>[]> => sql(url, everything);

/** The migrations that a database has on record; empty where nothing ever ran. */
export const recordOf = async (url: string): Promise<Record<string, unknown>[]> => {
  const [table] = await sql(url, `SELECT to_regclass('public.schema_version') AS name`);
  if (!table?.['name']) return [];
  return sql(url, 'SELECT version, name, md5 FROM schema_version WHERE version > 0 ORDER BY version');
};
