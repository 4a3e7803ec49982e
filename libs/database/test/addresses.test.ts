import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { addressesOf } from '../src/addresses.ts';
import { statement, Unavailable } from '../src/index.ts';
import { openAdmin, openPool, pid, TestCluster } from './cluster.ts';
import { Relay } from './relay.ts';
import { errorOf, timed, until } from './until.ts';

const primary = await TestCluster.start();
await primary.stop();
const standby = await primary.copyAsStandby();
await primary.start();
await standby.start();
const admin = openAdmin(primary.url);
await admin.script('CREATE TABLE boats (id integer PRIMARY KEY)');

const addBoat = statement('add-boat', 'INSERT INTO boats (id) VALUES ($1)');
const countBoats = statement<{ count: number }>('count-boats', 'SELECT count(*) FROM boats');
const where = statement<{ port: number; is_standby: boolean }>(
  'where',
  `SELECT current_setting('port')::integer AS port, pg_is_in_recovery() AS is_standby`,
);
const at = (...clusters: { port: number }[]): string =>
  primary.url.replace(/127\.0\.0\.1:\d+/, clusters.map(({ port }) => `127.0.0.1:${port}`).join(','));

test('a connection string with several hosts is several addresses, each whole', () => {
  const hosts = (url: string) =>
    addressesOf(url).map((address) => {
      const { host, port, user, password, database } = new Client({ connectionString: address });
      return { host, port, user, password, database };
    });
  const rest = { user: 'r', password: 'p@s/s,w:d', database: 'name' };
  assert.deepEqual(hosts('postgres://r:p%40s%2Fs%2Cw%3Ad@one:5433,two,[::1]:5434/name?connect_timeout=1'), [
    { ...rest, host: 'one', port: 5433 },
    { ...rest, host: 'two', port: 5432 },
    { ...rest, host: '::1', port: 5434 },
  ]);
  assert.deepEqual(addressesOf(['postgres://a/x', 'postgresql://b,c/x']), [
    'postgres://a/x',
    'postgresql://b/x',
    'postgresql://c/x',
  ]);
  assert.deepEqual(addressesOf('postgres:///x?host=/run/a,b'), ['postgres:///x?host=/run/a,b']);
});

for (const hold of [
  { time: 5_000, callers: 10, bytes: 0 },
  { time: 0, callers: 0, bytes: 0 },
]) {
  const kind = hold.time === 0 ? 'without' : 'with';

  test(`the first statement finds the server in the wanted role, whichever is listed first (${kind} holding)`, async () => {
    for (const url of [at(primary, standby), at(standby, primary), at({ port: 1 }, standby, primary)]) {
      for (const [role, port] of [
        ['primary', primary.port],
        ['standby', standby.port],
      ] as const) {
        const { result, seconds } = await timed(openPool(url, { role, hold }).first(where));
        assert.deepEqual(result, { port, is_standby: role === 'standby' });
        assert.ok(seconds < 1, `took ${seconds} s`);
      }
    }
  });
}

test('a single server in another role is not used', async () => {
  const error = await errorOf(openPool(at(standby), { role: 'primary' }).for({ patience: 0 }).first(pid));
  assert.ok(error instanceof Unavailable);
  assert.match(String(error.cause), /this server is a standby/);
});

test('a standby shows what the primary has written, within 2 s', async () => {
  await admin.query(addBoat, [-1]);
  const database = openPool(at(primary, standby), { role: 'standby' });
  await until('the row is there', 2, async () => ((await database.first(countBoats))?.count ?? 0) > 0);
});

test('an absence ends also where the server then says no: the caller gets its word instead of waiting', async () => {
  const relay = await Relay.start(primary.url);
  await admin.script(`CREATE ROLE guest LOGIN PASSWORD 'word'`);
  const url = new URL(relay.through(primary.url));
  [url.username, url.password] = ['guest', 'word'];
  const database = openPool(url.href);
  await database.first(pid);
  await relay.stop();
  const waiting = errorOf(database.first(pid));
  await until('it waits', 1, () => database.connections().held === 1);
  await admin.script(`ALTER ROLE guest PASSWORD 'another'`);
  await relay.listen();
  const { seconds, result } = await timed(waiting);
  assert.equal((result as { code?: string }).code, '28P01');
  assert.ok(seconds < 1, `took ${seconds} s`);
  await relay.stop();
});

test('when the primary freezes and the standby is promoted, transactions go on within 1 s, on new connections only', async () => {
  const events: string[] = [];
  const database = openPool(at(primary, standby), {
    role: 'primary',
    limits: { statement: 500, idleInTransaction: 1_000 },
    onEvent: ({ type }) => void events.push(type),
  });
  // Five connections that are about to lead nowhere.
  await Promise.all([1, 2, 3, 4, 5].map(() => database.script('SELECT pg_sleep(0.1)')));
  assert.equal(database.connections().idle, 5);
  await until('the standby has everything', 2, async () => {
    const caughtUp = 'SELECT 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()';
    return (await admin.script(caughtUp)).length > 0;
  });
  const resume = primary.pause();
  try {
    const write = database.transaction((queries) => queries.query(addBoat, [1]));
    await until('it is noticed', 2.5, () => database.awayBecause() !== undefined);
    await standby.promote();
    const { seconds } = await timed(write);
    assert.ok(seconds < 1, `took ${seconds} s after the promotion`);
    assert.equal((await timed(database.first(where))).result?.port, standby.port);
    assert.deepEqual(
      events.filter((type) => type === 'away' || type === 'back'),
      ['away', 'back'],
    );
    const { seconds: closing } = await timed(database.close());
    assert.ok(closing < 1.5, `closing took ${closing} s`);
  } finally {
    resume();
  }
});
