import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isUnavailable, type Unavailable } from '../src/index.ts';
import { addBoat, adminUrl, admin, backendPid, isStored, openPool, ownerUrl } from './pool.ts';
import { Relay } from './relay.ts';
import { errorOf, timed, until } from './until.ts';

/** How many statements sleep that long on the server, where one goes on when its client has been cut off. */
const sleepers = async (seconds: number): Promise<number> => {
  const text = `SELECT pg_sleep(${seconds})`;
  return (await admin.script(`SELECT FROM pg_stat_activity WHERE query = '${text}' AND state = 'active'`)).length;
};

const survivor = fileURLToPath(new URL('./survivor.ts', import.meta.url));

test('a process outlives connections that the server ends, in use or idle, is told of each once, and goes on', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [survivor, ownerUrl, adminUrl], { timeout: 10_000 });
  const { inUse, ...rest } = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(inUse), /terminat|not queryable/);
  assert.deepEqual(rest, {
    afterInUse: 'number',
    lossesInUse: 1,
    lossesIdle: 1,
    afterIdle: 'number',
    connections: { total: 1, idle: 1, waiting: 0, held: 0 },
  });
});

test('a statement over its limit is ended there, and its connection serves on', async () => {
  const database = openPool({ poolSize: 1, limits: { statement: 200, idleInTransaction: 1_000 } });
  const before = await database.first(backendPid);
  const start = performance.now();
  const work = database.transaction((queries) => queries.script('SELECT pg_sleep(10)'));
  await assert.rejects(work, { code: '57014' });
  assert.ok(performance.now() - start < 1_000);
  assert.deepEqual(await database.first(backendPid), before);
});

test('when the server is frozen, a statement fails within its limit and 1 s, and the pool works on another connection', async () => {
  const database = openPool({ poolSize: 1, limits: { statement: 300, idleInTransaction: 0 } });
  const frozen = (await database.first(backendPid))?.pid ?? 0;
  const start = performance.now();
  try {
    const work = database.transaction(async (queries) => {
      await queries.query(addBoat, [1, 'Fulmar']);
      process.kill(frozen, 'SIGSTOP');
      await queries.query(addBoat, [2, 'Petrel']);
    });
    await assert.rejects(work, isUnavailable);
    const seconds = (performance.now() - start) / 1000;
    assert.ok(seconds > 1 && seconds < 2, `took ${seconds.toFixed(1)} s`);
    assert.notEqual((await database.first(backendPid))?.pid, frozen);
  } finally {
    process.kill(frozen, 'SIGCONT');
  }
  assert.equal(await isStored(1), false);
  const deadline = Date.now() + 2_000;
  while ((await admin.script(`SELECT FROM pg_stat_activity WHERE pid = ${frozen}`)).length > 0) {
    assert.ok(Date.now() < deadline, 'the frozen connection is still there 2 s after it thawed');
    await sleep(20);
  }
});

test('a connection that hears nothing while it is opened costs its caller a second, and another one serves him', async () => {
  const relay = await Relay.start(ownerUrl);
  const database = openPool({ url: relay.through(ownerUrl), hold: { time: 10_000, callers: 10, bytes: 0 } });
  relay.leaveUnanswered(1);
  const start = performance.now();
  assert.ok(await database.first(backendPid));
  const seconds = (performance.now() - start) / 1000;
  assert.ok(seconds >= 1 && seconds < 2, `took ${seconds.toFixed(1)} s`);
  await database.close();
  await relay.stop();
});

test('a connection that hears nothing while it is opened is given up soon after others were lost, and another one serves its caller', async () => {
  const relay = await Relay.start(ownerUrl);
  const database = openPool({ url: relay.through(ownerUrl), hold: { time: 10_000, callers: 10, bytes: 0 } });
  await database.first(backendPid);
  const sleeps = [10, 0];
  const busy = database.transaction((queries) => queries.script(`SELECT pg_sleep(${sleeps.shift()})`));
  await until('it is at work', 1, async () => (await sleepers(10)) === 1);
  relay.leaveUnanswered(1);
  const caller = timed(database.first(backendPid));
  await until('one is being opened', 1, () => relay.connections === 2);
  relay.cut();
  const { seconds, result } = await caller;
  assert.ok(result);
  assert.ok(seconds < 0.8, `took ${seconds.toFixed(2)} s`);
  await busy;
  await database.close();
  await relay.stop();
});

test('a look for the database that hears nothing is given up soon after another connection was lost, and the next look finds it', async () => {
  const relay = await Relay.start(ownerUrl);
  const database = openPool({ url: relay.through(ownerUrl), hold: { time: 10_000, callers: 10, bytes: 0 } });
  const works = [0, 1].map(() => {
    const sleeps = [9, 0];
    return database.transaction((queries) => queries.script(`SELECT pg_sleep(${sleeps.shift()})`));
  });
  await until('both are at work', 1, async () => (await sleepers(9)) === 2);
  relay.leaveUnanswered(1);
  relay.cut(1);
  await until('it is looked for', 1, () => relay.connections === 3);
  relay.cut(1);
  const { seconds } = await timed(Promise.all(works));
  assert.ok(seconds < 0.8, `took ${seconds.toFixed(2)} s`);
  await database.close();
  await relay.stop();
});

test('after an absence those who waited share few connections, so that a new primary is not flooded', async () => {
  const relay = await Relay.start(ownerUrl);
  const url = relay.through(ownerUrl);
  const database = openPool({ url, poolSize: 20, hold: { time: 10_000, callers: 100, bytes: 0 } });
  await database.first(backendPid);
  await relay.stop();
  const waiting = Array.from({ length: 60 }, () => database.first(backendPid));
  await until('all wait', 2, () => database.connections().held === 60);
  const before = relay.connections;
  await relay.listen();
  assert.equal((await Promise.all(waiting)).length, 60);
  const opened = relay.connections - before;
  // One of them looked whether the database is back.
  assert.ok(opened <= 10, `${opened} connections for 60 callers`);
  await database.close();
  await relay.stop();
});

test('who gets no connection in time is refused, and the next one is served', async () => {
  const database = openPool({ poolSize: 1, limits: { statement: 0, idleInTransaction: 0 } });
  const { promise, resolve } = Promise.withResolvers<void>();
  const long = database.transaction(() => promise);
  const waiting = Array.from({ length: 5 }, () => database.first(backendPid));
  for (const { status, ...rest } of await Promise.allSettled(waiting)) {
    assert.equal(status, 'rejected');
    assert.match(String((rest as { reason: unknown }).reason), /timeout exceeded when trying to connect/);
  }
  const next = database.first(backendPid);
  resolve();
  await long;
  assert.ok(await next);
  assert.equal(database.connections().waiting, 0);
});

test('in an absence that is longer than any fail-over, whoever comes is refused at once, and is served as soon as it is over', async () => {
  const relay = await Relay.start(ownerUrl);
  const events: string[] = [];
  const database = openPool({
    url: relay.through(ownerUrl),
    hold: { time: 5_000, absence: 800, callers: 10, bytes: 0 },
    onEvent: (event) => void events.push(event.type === 'refused' ? event.reason : event.type),
  });
  await database.first(backendPid);
  await relay.stop();
  // Who came before goes on waiting.
  const early = database.first(backendPid);
  await sleep(900);
  const { seconds, result } = await timed(errorOf(database.first(backendPid)));
  assert.equal((result as Unavailable).reason, 'limit');
  assert.ok(seconds < 0.1, `took ${seconds} s`);
  await relay.listen();
  assert.ok(await early);
  assert.ok(await database.first(backendPid));
  assert.deepEqual(events.slice(-2), ['retry', 'held']);
  await database.close();
  await relay.stop();
});
