import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutcomeUnknown, statement } from '../src/index.ts';
import { openAdmin, openPool, pid, TestCluster } from './cluster.ts';
import { errorOf, timed, until } from './until.ts';

const cluster = await TestCluster.start();
const admin = openPool(cluster.url);
await admin.script('CREATE TABLE boats (id integer PRIMARY KEY, trips integer NOT NULL DEFAULT 0)');

const addBoat = statement('add-boat', 'INSERT INTO boats (id) VALUES ($1)');
const countBoats = statement<{ count: number }>('count-boats', 'SELECT count(*) FROM boats WHERE id BETWEEN $1 AND $2');
let next = 0;

const outages: Record<string, () => Promise<void>> = {
  'is killed and started again': async () => {
    await cluster.kill();
    await cluster.start();
  },
  'is stopped fast and started again': async () => {
    await cluster.stop();
    await cluster.start();
  },
  'is paused for 1.5 s': async () => {
    const resume = cluster.pause();
    // The fault itself.
    await sleep(1_500);
    resume();
  },
};

for (const [name, outage] of Object.entries(outages)) {
  test(`when PostgreSQL ${name}, reads and transactions go on without a failure, the slowest within the outage + 1 s`, async () => {
    const database = openPool(cluster.url);
    const first = next;
    const over = new AbortController();
    let slowest = 0;
    const traffic = async (ask: () => Promise<unknown>): Promise<number> => {
      let count = 0;
      for (; !over.signal.aborted; count += 1) slowest = Math.max(slowest, (await timed(ask())).seconds);
      return count;
    };
    const write = () => {
      const id = next++;
      return database
        .transaction((queries) => queries.query(addBoat, [id]))
        .catch((error: unknown) => {
          // Without a key a COMMIT that got no answer stays unknown, and the caller must be told.
          if (!(error instanceof OutcomeUnknown)) throw error;
        });
    };
    const readers = Array.from({ length: 8 }, () => traffic(() => database.first(pid)));
    const writers = Array.from({ length: 4 }, () => traffic(write));
    const everything = Promise.all([...readers, ...writers]);
    await until('writes run', 5, () => next > first + 20);
    const { seconds } = await timed(outage());
    const before = next;
    await until('writes run again', 2, () => next > before + 20);
    over.abort();
    const counts = await everything;
    assert.ok(counts.every((count) => count > 0));
    assert.ok(slowest < seconds + 1, `the slowest took ${slowest.toFixed(2)} s, the outage ${seconds.toFixed(2)} s`);
    const stored = (await database.first(countBoats, [first, next - 1]))?.count ?? 0;
    // At most what was in COMMIT at that moment, one a writer.
    assert.ok(stored >= next - first - 4, `${next - first} written, ${stored} stored`);
    await database.close();
  });
}

test('when the server ends a connection in the middle of a transaction, it is done again on another', async () => {
  const database = openPool(cluster.url);
  let runs = 0;
  await database.transaction(async (queries) => {
    runs += 1;
    await queries.query(addBoat, [-1]);
    if (runs === 1) await admin.script(`SELECT pg_terminate_backend(${(await queries.first(pid))?.pid}, 1000)`);
    await queries.query(pid);
  });
  assert.equal(runs, 2);
  assert.equal((await database.first(countBoats, [-1, -1]))?.count, 1);
});

const take = statement('take', 'UPDATE boats SET trips = trips + 1 WHERE id = $1');

/** Two transactions that both have done their first step before either does its second; repetitions do not wait. */
const meeting = () => {
  const both = Promise.withResolvers<void>();
  let there = 0;
  return () => {
    there += 1;
    if (there === 2) both.resolve();
    return both.promise;
  };
};

test('of two transactions in conflict (40001) each is served, one after a repetition', async () => {
  const events: string[] = [];
  const database = openPool(cluster.url, { onEvent: ({ type }) => void events.push(type) });
  await admin.script('INSERT INTO boats (id) VALUES (-2)');
  const meet = meeting();
  const once = () =>
    database.transaction(async (queries) => {
      await queries.script('SET TRANSACTION ISOLATION LEVEL SERIALIZABLE');
      await queries.script('SELECT trips FROM boats WHERE id = -2');
      await meet();
      await queries.query(take, [-2]);
    });
  await Promise.all([once(), once()]);
  assert.deepEqual(await admin.script('SELECT trips FROM boats WHERE id = -2'), [{ trips: 2 }]);
  assert.deepEqual(events, ['retry', 'held']);
});

test('of two transactions in a deadlock (40P01) each is served within 3 s, one after a repetition', async () => {
  const events: string[] = [];
  const database = openPool(cluster.url, { onEvent: ({ type }) => void events.push(type) });
  await admin.script('INSERT INTO boats (id) VALUES (-3), (-4)');
  const meet = meeting();
  const both = (one: number, other: number) =>
    database.transaction(async (queries) => {
      await queries.query(take, [one]);
      await meet();
      await queries.query(take, [other]);
    });
  const { seconds } = await timed(Promise.all([both(-3, -4), both(-4, -3)]));
  assert.ok(seconds < 3, `took ${seconds} s`);
  assert.deepEqual(await admin.script('SELECT trips FROM boats WHERE id IN (-3, -4)'), [{ trips: 2 }, { trips: 2 }]);
  assert.deepEqual(events, ['retry', 'held']);
});

test('without hold, an error is passed on as it comes, and the next call is tried again', async () => {
  const database = openAdmin(cluster.url);
  const error = await errorOf(
    database.transaction(async (queries) => {
      await admin.script(`SELECT pg_terminate_backend(${(await queries.first(pid))?.pid}, 1000)`);
      await queries.query(pid);
    }),
  );
  assert.match(String(error), /terminat|not queryable/);
  assert.ok(await database.first(pid));
  assert.equal(database.awayBecause(), undefined);
});
