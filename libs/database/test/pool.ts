import { after } from 'node:test';
import { createTestDatabase } from '@scale-up/testing';
import { type DatabaseOptions, openDatabase, statement } from '../src/index.ts';

const testDatabase = await createTestDatabase('empty');
const open = new Set<ReturnType<typeof openDatabase>>();

after(async () => {
  for (const database of open) await database.close();
  // Fails when a connection is left.
  await testDatabase.drop();
});

export const { ownerUrl, adminUrl } = testDatabase;

/** A pool on this file's database, closed at its end. */
export const openPool = (options: Partial<DatabaseOptions> = {}) => {
  const database = openDatabase({ url: ownerUrl, poolSize: 2, applicationName: 'under test', ...options });
  open.add(database);
  return { ...database, close: () => (open.delete(database), database.close()) };
};

/** As superuser, on a pool of its own: what disturbs the one under test. */
export const admin = openPool({ url: adminUrl, applicationName: 'admin' });

export const backendPid = statement<{ pid: number }>('backend-pid', 'SELECT pg_backend_pid() AS pid');

await admin.script(`
  CREATE TABLE boats (id integer PRIMARY KEY, name text CONSTRAINT boats_name_check CHECK (name <> ''));
  ALTER TABLE boats OWNER TO scale_up_owner`);

export const addBoat = statement('add-boat', 'INSERT INTO boats (id, name) VALUES ($1, $2)');
const countBoats = statement<{ count: number }>('count-boats', 'SELECT count(*) FROM boats WHERE id = $1');
export const isStored = async (id: number): Promise<boolean> => (await admin.first(countBoats, [id]))?.count === 1;
