import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { KeyReused, WriteUnderWay } from '../src/index.ts';
import { countedWork, keyOf, outcomesSql, tripsOf, tripsSql } from './outcomes.ts';
import { admin, openPool } from './pool.ts';
import { errorOf, timed, until } from './until.ts';

const hold = { time: 10_000, callers: 1_000, bytes: 1_000_000 };

await admin.script(`${outcomesSql}; ${tripsSql}; GRANT ALL ON outcomes, trips TO scale_up_owner`);

const database = openPool({ hold, poolSize: 10 });

test('the second call with a key gets the same bytes, is told so, and its work does not run', async () => {
  const { state, work } = countedWork('twice');
  const first = await database.once(keyOf('twice'), work);
  const second = await database.once(keyOf('twice'), work);
  assert.equal(first.isReplay, false);
  assert.equal(second.isReplay, true);
  assert.deepEqual(Buffer.from(second.answer), Buffer.from(first.answer));
  assert.deepEqual([state.runs, await tripsOf(database, 'twice')], [1, 1]);
});

test('an empty answer is an answer', async () => {
  const empty = () => database.once(keyOf('empty'), async () => new Uint8Array());
  assert.deepEqual([(await empty()).isReplay, (await empty()).isReplay], [false, true]);
});

test('of twenty at once with one key, from two pools, one does the work and all get its answer', async () => {
  const other = openPool({ hold, poolSize: 10 });
  const { state, work } = countedWork('twenty');
  const calls = Array.from({ length: 20 }, (_, i) => (i % 2 ? database : other).once(keyOf('twenty'), work));
  const outcomes = await Promise.all(calls);
  assert.equal(outcomes.filter(({ isReplay }) => !isReplay).length, 1);
  assert.equal(new Set(outcomes.map(({ answer }) => Buffer.from(answer).toString('hex'))).size, 1);
  assert.deepEqual([state.runs, await tripsOf(database, 'twenty')], [1, 1]);
});

test('another payload under the same key is refused and changes nothing', async () => {
  const { state, work } = countedWork('reused');
  await database.once(keyOf('reused', 'one'), work);
  const before = await admin.script('SELECT * FROM outcomes ORDER BY id');
  assert.ok((await errorOf(database.once(keyOf('reused', 'another'), work))) instanceof KeyReused);
  assert.deepEqual([state.runs, await tripsOf(database, 'reused')], [1, 1]);
  assert.deepEqual(await admin.script('SELECT * FROM outcomes ORDER BY id'), before);
});

test('a work that fails stores nothing, and a later call can win, also with another payload', async () => {
  const failure = new Error('not in stock');
  const failing = countedWork('failing', () => Promise.reject(failure));
  assert.equal(await errorOf(database.once(keyOf('failing', 'one'), failing.work)), failure);
  assert.equal(await database.isKnown(keyOf('failing')), false);
  assert.equal(await tripsOf(database, 'failing'), 0);
  const { work } = countedWork('failing');
  assert.equal((await database.once(keyOf('failing', 'another'), work)).isReplay, false);
  assert.deepEqual([await database.isKnown(keyOf('failing')), await tripsOf(database, 'failing')], [true, 1]);
});

test('of two at once, when the first fails, the second does the work', async () => {
  const free = Promise.withResolvers<void>();
  const first = countedWork('heir', () => free.promise);
  const second = countedWork('heir');
  const failing = errorOf(database.once(keyOf('heir'), first.work));
  await until('the first runs', 2, () => first.state.runs === 1);
  const heir = database.once(keyOf('heir'), second.work);
  await until('the second waits', 2, async () => (await waiting()) === 1);
  free.reject(new Error('not in stock'));
  await failing;
  assert.equal((await heir).isReplay, false);
  assert.deepEqual([second.state.runs, await tripsOf(database, 'heir')], [1, 1]);
});

const waiting = async (): Promise<number> =>
  (await admin.script(`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`)).length;

test('a twin that stays open past the statement limit of 0.3 s is told as such, within 0.3 s, and then answered', async () => {
  const patient = openPool({ hold, limits: { statement: 5_000, idleInTransaction: 5_000 } });
  const hurried = openPool({ hold, limits: { statement: 300, idleInTransaction: 1_000 } });
  const free = Promise.withResolvers<void>();
  const first = countedWork('slow', () => free.promise);
  const second = countedWork('slow');
  const slow = patient.once(keyOf('slow'), first.work);
  await until('the first runs', 2, () => first.state.runs === 1);
  const { seconds, result } = await timed(errorOf(hurried.once(keyOf('slow'), second.work)));
  assert.ok(result instanceof WriteUnderWay);
  assert.ok(seconds > 0.25 && seconds < 0.6, `took ${seconds} s`);
  assert.equal(await hurried.isKnown(keyOf('slow')), false);
  free.resolve();
  const { answer } = await slow;
  assert.deepEqual(await hurried.once(keyOf('slow'), second.work), { answer, isReplay: true });
  assert.equal(second.state.runs, 0);
});

test('pruning takes the old in batches, the oldest first, leaves a row in use, and waits for nothing', async () => {
  await admin.script('TRUNCATE outcomes');
  for (let i = 0; i < 7; i += 1) await database.once(keyOf(`old ${i}`), countedWork('old').work);
  const keys = [0, 1, 2, 3, 4, 5, 6].map((i) => keyOf(`old ${i}`));
  const left = async () => {
    const known = await Promise.all(keys.map((key) => database.isKnown(key)));
    return [0, 1, 2, 3, 4, 5, 6].filter((i) => known[i]);
  };
  await admin.script(`
    WITH numbered AS (SELECT id, row_number() OVER (ORDER BY created_at, id) AS n FROM outcomes)
    UPDATE outcomes SET created_at = now() - interval '3 days' WHERE id IN (SELECT id FROM numbered)`);
  for (const i of [6, 5]) {
    const id = `'\\x${Buffer.from((keys[i] as { id: Uint8Array }).id).toString('hex')}'`;
    await admin.script(
      `UPDATE outcomes SET created_at = ${i === 6 ? 'now()' : "now() - interval '4 days'"} WHERE id = ${id}`,
    );
  }
  assert.equal(await database.prune(2 * 24 * 3_600, 1), 1);
  assert.deepEqual(await left(), [0, 1, 2, 3, 4, 6]);

  const free = Promise.withResolvers<void>();
  const user = admin.transaction(async (queries) => {
    const id = Buffer.from((keys[0] as { id: Uint8Array }).id).toString('hex');
    await queries.script(`SELECT 1 FROM outcomes WHERE id = '\\x${id}' FOR UPDATE`);
    held.resolve();
    await free.promise;
  });
  const held = Promise.withResolvers<void>();
  await held.promise;
  const batches = await timed(
    (async () => [await database.prune(2 * 24 * 3_600, 3), await database.prune(2 * 24 * 3_600, 3)])(),
  );
  free.resolve();
  await user;
  assert.deepEqual(batches.result, [3, 1]);
  assert.ok(batches.seconds < 0.5, `took ${batches.seconds} s`);
  assert.deepEqual(await left(), [0, 6]);
  assert.deepEqual([await database.prune(2 * 24 * 3_600, 3), await left()], [1, [6]]);
});

test('the library’s table is the one of the migration, comments aside', () => {
  const migration = readFileSync(
    new URL('../../../apps/db-migrator/migrations/004.do.outcomes.sql', import.meta.url),
    'utf8',
  );
  const bare = (sql: string) => sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ').trim();
  assert.equal(bare(outcomesSql), bare(migration));
});
