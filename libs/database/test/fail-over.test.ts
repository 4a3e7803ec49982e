import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../src/index.ts';
import { openAdmin, openPool, TestCluster } from './cluster.ts';
import { countedWork, keyOf, outcomesSql, tripsSql } from './outcomes.ts';
import { timed, until } from './until.ts';

const primary = await TestCluster.start();
await primary.stop();
const standby = await primary.copyAsStandby();
await primary.start();
await standby.start();
const admin = openAdmin(primary.url);
await admin.script(`${outcomesSql}; ${tripsSql}`);

const listTrips = statement<{ name: string; count: number }>(
  'list-trips',
  'SELECT name, count(*) FROM trips GROUP BY name',
);

test('when the primary is killed and the standby promoted, writes go on within 1 s of that, without a failure, each done once', async () => {
  // A write is acknowledged when the standby has it.
  await admin.script(`ALTER SYSTEM SET synchronous_standby_names = 'standby'`);
  await admin.script('SELECT pg_reload_conf()');
  await until('the standby confirms', 5, async () => {
    const confirming = `SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`;
    return (await admin.script(confirming)).length > 0;
  });
  const url = primary.url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`);
  const database = openPool(url, { role: 'primary' });
  const over = new AbortController();
  let lastDone = 0;
  const names: string[] = [];
  const writer = async (number: number): Promise<void> => {
    for (let i = 0; !over.signal.aborted; i += 1) {
      const name = `${number} ${i}`;
      const outcome = await database.once(keyOf(name), countedWork(name).work);
      assert.equal(outcome.isReplay, false);
      names.push(name);
      lastDone = performance.now();
    }
  };
  const writers = Promise.all([1, 2, 3, 4].map((number) => writer(number)));
  await until('writes run', 5, () => names.length > 40);
  await primary.kill();
  await until('nothing is written', 1, () => performance.now() - lastDone > 200);
  await standby.promote();
  const promoted = performance.now();
  const before = names.length;
  const { seconds } = await timed(until('writes go on', 1, () => names.length > before));
  assert.ok(seconds < 1, `took ${seconds} s`);
  await until('all four go on', 2, () => names.length > before + 40);
  over.abort();
  await writers;
  assert.ok(lastDone > promoted);
  const stored = await database.query(listTrips);
  assert.deepEqual(
    stored.filter(({ count }) => count !== 1),
    [],
  );
  assert.deepEqual(stored.map(({ name }) => name).toSorted(), names.toSorted());
});
