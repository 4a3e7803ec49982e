import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseEvent, statement } from '../src/index.ts';
import { admin, openPool } from './pool.ts';

await admin.script(`
  CREATE TABLE cargo (id integer PRIMARY KEY, name text);
  ALTER TABLE cargo OWNER TO scale_up_owner;
  INSERT INTO cargo SELECT n, 'before' FROM generate_series(1, 4) n`);

const events: DatabaseEvent[] = [];
const database = openPool({
  poolSize: 4,
  hold: { time: 20_000, callers: 100, bytes: 1_000_000 },
  onEvent: (event) => events.push(event),
});
const find = statement<{ id: number; name: string }>('find-cargo', 'SELECT * FROM cargo WHERE id = $1');
const rename = statement<{ name: string }>('rename-cargo', 'UPDATE cargo SET name = $2 WHERE id = $1 RETURNING *');

/** On every connection of the pool at once. */
const everywhere = <Result>(work: (id: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all([1, 2, 3, 4].map(work));
const read = (id: number) => database.first(find, [id]);
const write = (name: string) => (id: number) =>
  database.transaction(async (queries) => {
    const found = await queries.first(find, [id]);
    await queries.script('SELECT pg_sleep(0.1)');
    return [found, await queries.first(rename, [id, name])];
  });

test('after a migration that adds a column, reads and transactions go on without an error, and each connection is made anew once', async () => {
  await everywhere(write('prepared'));
  assert.equal(database.connections().total, 4);
  for (const [column, work] of [
    ['weight', read],
    ['origin', write('after')],
  ] as const) {
    await admin.script(`ALTER TABLE cargo ADD COLUMN ${column} text DEFAULT 'new'`);
    events.length = 0;
    for (const result of await everywhere<unknown>(work))
      assert.match(JSON.stringify(result), new RegExp(`"${column}":"new"`));
    // However they meet it, at most once each.
    const retries = events.filter(({ type }) => type === 'retry').length;
    assert.ok(retries >= 1 && retries <= 4, `${retries} retries`);
    await everywhere(write('again'));
    assert.equal(events.filter(({ type }) => type === 'retry').length, retries);
    assert.ok(!events.some(({ type }) => type === 'away'), 'the database was there all the time');
  }
});

test('one that meets it alone repeats once: it warns for all other connections', async () => {
  await everywhere(write('prepared'));
  await admin.script(`ALTER TABLE cargo ADD COLUMN port text`);
  events.length = 0;
  for (let i = 0; i < 8; i++) await read(1);
  await everywhere(write('after'));
  assert.equal(events.filter(({ type }) => type === 'retry').length, 1);
});

test('what is really not supported fails at once', async () => {
  const grouped = statement('lock-groups', 'SELECT name FROM cargo GROUP BY name FOR UPDATE');
  await assert.rejects(database.query(grouped), { code: '0A000' });
});
