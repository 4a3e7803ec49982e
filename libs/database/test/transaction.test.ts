import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../src/index.ts';
import { addBoat, admin, backendPid, isStored, openPool } from './pool.ts';

const database = openPool({ poolSize: 1 });

test('what a transaction did is stored when its work returns, and its result is passed on', async () => {
  const result = await database.transaction(async (queries) => {
    await queries.query(addBoat, [1, 'Fulmar']);
    assert.equal(await isStored(1), false);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.equal(await isStored(1), true);
});

test('when its work throws, nothing is stored, the error arrives as it is and the connection is given back', async () => {
  const error = new Error('the work failed');
  const work = database.transaction(async (queries) => {
    await queries.query(addBoat, [2, 'Petrel']);
    throw error;
  });
  await assert.rejects(work, (thrown) => thrown === error);
  assert.equal(await isStored(2), false);
  assert.deepEqual(database.connections(), { total: 1, idle: 1, waiting: 0, held: 0 });
});

test('when a statement fails, nothing is stored and the same connection serves the next transaction', async () => {
  const before = await database.first(backendPid);
  const work = database.transaction(async (queries) => {
    await queries.query(addBoat, [3, 'Petrel']);
    await queries.query(addBoat, [3, 'Petrel']);
  });
  await assert.rejects(work, { code: '23505' });
  assert.equal(await isStored(3), false);
  assert.deepEqual(await database.first(backendPid), before);
});

test('work that hides the failure of a statement is not taken for committed', async () => {
  const work = database.transaction(async (queries) => {
    await queries.query(addBoat, [4, 'Skua']);
    await queries.query(addBoat, [4, 'Skua']).catch(() => {});
  });
  await assert.rejects(work, /nothing was committed/);
  assert.equal(await isStored(4), false);
});

test('a bad value in a single statement costs no connection', async () => {
  const before = await database.first(backendPid);
  await assert.rejects(database.query(addBoat, [5, '']), { code: '23514' });
  await assert.rejects(database.query(addBoat, [5, 'NUL \0']), { code: '22021' });
  assert.deepEqual(await database.first(backendPid), before);
});

const single = statement('list-single', 'SELECT name FROM single');
const inTransaction = statement('list-in-transaction', 'SELECT name FROM in_transaction');
for (const [table, ask] of [
  ['single', () => database.query(single)],
  ['in_transaction', () => database.transaction((queries) => queries.query(inTransaction))],
] as const) {
  test(`when a migration changed a column, a statement prepared before fails once and works again (${table})`, async () => {
    await admin.script(`CREATE TABLE ${table} (name integer); ALTER TABLE ${table} OWNER TO scale_up_owner`);
    await ask();
    await admin.script(`ALTER TABLE ${table} ALTER COLUMN name TYPE text`);
    await assert.rejects(ask(), { code: '0A000' });
    assert.deepEqual(await ask(), []);
  });
}

test('a script gives the rows of its last statement', async () => {
  assert.deepEqual(await database.script('SELECT 1 AS a; SELECT 2 AS b'), [{ b: 2 }]);
  assert.deepEqual(await database.script('SET work_mem = DEFAULT'), []);
});

test('a failed script leaves no open transaction behind', async () => {
  await assert.rejects(database.script('BEGIN; SELECT 1 / 0'), { code: '22012' });
  assert.deepEqual(await database.script('SELECT 1 AS one'), [{ one: 1 }]);
});

test('two statements of one name are refused, the same one twice is not', () => {
  statement('twice', 'SELECT 1');
  statement('twice', 'SELECT 1');
  assert.throws(() => statement('twice', 'SELECT 2'), /two statements are named "twice"/);
});

test('close waits for the running transaction and leaves no connection', async () => {
  const pool = openPool({ applicationName: 'to be closed' });
  const left = () => admin.script(`SELECT pid FROM pg_stat_activity WHERE application_name = 'to be closed'`);
  const begun = Promise.withResolvers<void>();
  const work = pool.transaction(async (queries) => {
    await queries.query(backendPid);
    begun.resolve();
    await queries.script('SELECT pg_sleep(0.2)');
    await queries.query(addBoat, [6, 'Tern']);
  });
  await begun.promise;
  await pool.query(backendPid);
  assert.equal((await left()).length, 2);
  await Promise.all([work, pool.close()]);
  assert.equal(await isStored(6), true);
  assert.deepEqual(pool.connections(), { total: 0, idle: 0, waiting: 0, held: 0 });
  const deadline = Date.now() + 1_000;
  while ((await left()).length > 0) assert.ok(Date.now() < deadline, 'a connection is left after 1 s');
});
