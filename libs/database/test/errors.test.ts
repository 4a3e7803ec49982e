import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable, isUnstorableText, violatedConstraint } from '../src/index.ts';
import { addBoat, admin, backendPid, openPool, ownerUrl } from './pool.ts';

const database = openPool();

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  );

const judge = (error: unknown) => ({
  constraint: violatedConstraint(error),
  unstorable: isUnstorableText(error),
  unavailable: isUnavailable(error),
});
const neither = { constraint: undefined, unstorable: false, unavailable: false };
const unavailable = { ...neither, unavailable: true };

test('a violated constraint is known by its name', async () => {
  await database.query(addBoat, [1, 'Fulmar']);
  const twice = await errorOf(database.query(addBoat, [1, 'Fulmar']));
  assert.deepEqual(judge(twice), { ...neither, constraint: 'boats_pkey' });
  const nameless = await errorOf(database.query(addBoat, [2, '']));
  assert.deepEqual(judge(nameless), { ...neither, constraint: 'boats_name_check' });
});

test('text with a NUL is unstorable', async () => {
  const error = await errorOf(database.query(addBoat, [3, 'a\0b']));
  assert.deepEqual(judge(error), { ...neither, unstorable: true });
});

test('faults of the SQL and of the program are none of these', async () => {
  assert.deepEqual(judge(await errorOf(database.script('SELECT nothing'))), neither);
  assert.deepEqual(judge(await errorOf(database.script('SELECT 1 / 0'))), neither);
  for (const thrown of [new Error('another'), 'text', null, undefined]) assert.deepEqual(judge(thrown), neither);
});

test('a connection that the server ended is unavailable, whether a statement ran or not', async () => {
  const running = errorOf(database.script('SELECT pg_sleep(10)'));
  await sleep(200);
  await admin.script(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(10)'`);
  assert.deepEqual(judge(await running), unavailable);

  const between = await errorOf(
    database.transaction(async (queries) => {
      const connection = await queries.first(backendPid);
      await admin.script(`SELECT pg_terminate_backend(${connection?.pid}, 1000)`);
      await queries.query(backendPid);
    }),
  );
  assert.deepEqual(judge(between), unavailable);
});

test('a transaction that its client left idle too long is unavailable', async () => {
  const hurried = openPool({ limits: { statement: 1_000, idleInTransaction: 100 } });
  const error = await errorOf(
    hurried.transaction(async (queries) => {
      await sleep(300);
      await queries.query(backendPid);
    }),
  );
  assert.deepEqual(judge(error), unavailable);
});

test('a port where nobody listens, and a name that leads nowhere, are unavailable', async () => {
  for (const host of ['127.0.0.1:1', 'localhost:1', 'nowhere.invalid:5432']) {
    const pool = openPool({ url: `postgres://role:word@${host}/scale_up` });
    assert.deepEqual(judge(await errorOf(pool.query(backendPid))), unavailable, host);
  }
});

test('a server that ends connections at once is unavailable', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const pool = openPool({ url: `postgres://role:word@127.0.0.1:${port}/scale_up` });
  assert.deepEqual(judge(await errorOf(pool.query(backendPid))), unavailable);
  server.close();
});

test('a server that has no connection left is unavailable', async () => {
  await admin.script('ALTER ROLE scale_up_owner CONNECTION LIMIT 0');
  try {
    const error = await errorOf(openPool({ url: ownerUrl }).query(backendPid));
    assert.deepEqual(judge(error), unavailable);
  } finally {
    await admin.script('ALTER ROLE scale_up_owner CONNECTION LIMIT -1');
  }
});

test('a pool whose connections are all taken is unavailable after 5 s', async () => {
  const small = openPool({ poolSize: 1 });
  const free = Promise.withResolvers<void>();
  const holder = small.transaction(async (queries) => {
    for (let i = 0; i < 8; i++) await queries.script('SELECT pg_sleep(0.7)');
    await free.promise;
  });
  const start = performance.now();
  assert.deepEqual(judge(await errorOf(small.query(backendPid))), unavailable);
  const seconds = (performance.now() - start) / 1000;
  assert.ok(seconds > 4.5 && seconds < 6, `took ${seconds.toFixed(1)} s`);
  free.resolve();
  await holder;
});
