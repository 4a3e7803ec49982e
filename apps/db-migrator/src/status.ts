import type { Database } from '@scale-up/database';
import { readSchema } from './schema.ts';

/** One line a migration: applied or pending. */
export const status = async (database: Database): Promise<string[]> => {
  const { current, migrations } = await readSchema(database);
  return migrations.map(({ version, name }) => `${version <= current ? 'applied' : 'pending'}  ${version} ${name}`);
};
