import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../src/index.ts';
import { admin, openPool } from './pool.ts';

const page = statement<{ id: number }>('a-page', 'SELECT id FROM harbours ORDER BY id LIMIT $1 OFFSET $2');
const made = statement<{ once: number; anew: number }>(
  'plans-made',
  `SELECT generic_plans AS once, custom_plans AS anew FROM pg_prepared_statements WHERE name = 'a-page'`,
);

test('a page is planned once for a connection, though its size is a value', async () => {
  await admin.script(`
    CREATE TABLE harbours (id integer PRIMARY KEY);
    INSERT INTO harbours SELECT generate_series(1, 10000);
    ALTER TABLE harbours OWNER TO scale_up_owner;
    ANALYZE harbours`);
  const database = openPool({ poolSize: 1 });
  for (let turn = 0; turn < 8; turn += 1) assert.equal((await database.query(page, [20, 0])).length, 20);
  // Left to itself, PostgreSQL plans this one anew each time: without its value the page seems to be a tenth of the table.
  assert.deepEqual(await database.first(made), { once: 8, anew: 0 });
});
