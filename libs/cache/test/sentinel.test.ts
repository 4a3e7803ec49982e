import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { type Cache, openCache } from '../src/index.ts';
import { type Member, type SentinelGroup, startSentinelGroup } from './sentinel-group.ts';
import { startTraffic } from './traffic.ts';
import { within } from './within.ts';

/** In ms. The promise is 50; what is beyond is for a busy machine. */
const longestCall = 150;

let group: SentinelGroup;
let a: Cache;
let b: Cache;
let changes: boolean[] = [];

const isUp = async (cache: Cache): Promise<boolean> => (await cache.probe()) === true;

beforeEach(async () => {
  group = await startSentinelGroup();
  a = openCache(group.settings, (up) => changes.push(up));
  b = openCache(group.settings, () => {});
  await within(20_000, 'both are connected', async () => (await isUp(a)) && (await isUp(b)));
  changes = [];
});
afterEach(async () => {
  a.close();
  b.close();
  await group.stop();
});

const primary = async (): Promise<Member> => {
  let found: Member | undefined;
  await within(20_000, 'there is a primary', async () => {
    const port = await group.primaryPort();
    found = group.servers.find((server) => server.port === port);
    return found !== undefined;
  });
  return found as unknown as Member;
};

/** What one counts the other one sees, and the server that is primary now has it. */
const shareOn = async (server: Member, key: string): Promise<boolean> => {
  if (!(await isUp(a)) || !(await isUp(b))) return false;
  await a.rateLimiter('shared', 1, 60).count(key);
  const verdict = await b.rateLimiter('shared', 1, 60).check(key);
  return !verdict.allowed && (await server.admin.exists(`limit:shared:${key}`).catch(() => 0)) === 1;
};

/** @returns the new primary, and notes how long it took to choose and to use it */
const failOver = async (
  note: (text: string) => void,
  fault: (old: Member) => Promise<void> | void,
): Promise<Member> => {
  const old = await primary();
  const limiter = a.rateLimiter('traffic', 1_000_000, 60);
  const traffic = startTraffic(200, (i) => (i % 2 === 0 ? limiter.count(`${i}`) : limiter.check(`${i - 1}`)));
  after(() => traffic.end());
  const start = performance.now();
  await fault(old);
  let next: number | undefined;
  await within(20_000, 'another primary is chosen', async () => {
    next = await group.primaryPort();
    return next !== undefined && next !== old.port;
  });
  const chosen = performance.now();
  const server = await primary();
  let tries = 0;
  await within(20_000, 'both use it', () => shareOn(server, `after ${tries++}`));
  const used = performance.now();
  const { calls, failures, longest } = await traffic.end();
  note(
    `chosen after ${((chosen - start) / 1000).toFixed(2)} s, used ${((used - chosen) / 1000).toFixed(2)} s later, longest of ${calls} calls ${longest.toFixed()} ms`,
  );
  assert.deepEqual(failures, []);
  assert.ok(longest < longestCall, `a call took ${longest.toFixed()} ms`);
  return server;
};

test('when the primary is killed, both use the next one soon, no call fails and none takes long', async (t) => {
  await failOver(
    (text) => t.diagnostic(text),
    (old) => old.kill(),
  );
  assert.deepEqual([changes[0], changes.at(-1)], [false, true]);
});

test('when the primary freezes, both use the next one, and leave the old one alone when it thaws', async (t) => {
  let old: Member | undefined;
  const next = await failOver(
    (text) => t.diagnostic(text),
    (server) => (old = server).signal('SIGSTOP'),
  );
  old?.signal('SIGCONT');
  await within(30_000, 'the old one is a replica', async () => {
    const [role] = (await old?.admin.role().catch(() => undefined)) ?? ['away'];
    return role === 'slave';
  });
  let tries = 0;
  await within(20_000, 'both still use the next one', () => shareOn(next, `thawed ${tries++}`));
});

/** As infra/roles/valkey does it: Sentinel itself would leave two primaries for 8 s. */
const stepDown = async (old: Member): Promise<void> => {
  await old.admin.call('CLIENT', 'PAUSE', '10000', 'WRITE');
  await group.sentinels[0]?.admin.call('SENTINEL', 'FAILOVER', 'scale-up');
  let next: number | undefined;
  await within(10_000, 'the Sentinels have chosen', async () => {
    next = await group.primaryPort();
    return next !== undefined && next !== old.port;
  });
  await old.admin.replicaof('127.0.0.1', next ?? 0);
  await old.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  await old.admin.call('CLIENT', 'UNPAUSE');
};

test('when another primary is chosen on purpose, both use it soon, no call fails and none takes long', async (t) => {
  await failOver((text) => t.diagnostic(text), stepDown);
});

test('a client that comes while one Sentinel is dead and another one frozen finds the primary by the third', async () => {
  const [one, two] = group.sentinels;
  await one?.kill();
  two?.signal('SIGSTOP');
  const late = openCache(group.settings, () => {});
  after(() => late.close());
  await within(10_000, 'it is connected', () => isUp(late));
});

test('without any Sentinel each goes on with the primary that it has, and one that comes counts for itself', async () => {
  await Promise.all(group.sentinels.map((sentinel) => sentinel.kill()));
  assert.ok((await isUp(a)) && (await isUp(b)));
  const told: (Error | undefined)[] = [];
  const late = openCache(group.settings, (_isUp, reason) => told.push(reason));
  after(() => late.close());
  const limiter = late.rateLimiter('alone', 1, 60);
  assert.deepEqual(await limiter.count('key'), { allowed: true });
  assert.equal((await limiter.count('key')).allowed, false);
  await within(10_000, 'it is told once, with the reason', () => told.length === 1);
  assert.match(told[0]?.message ?? '', /sentinels are unreachable/);
});

test('with a wrong password a process counts for itself, and is told once that no Sentinel is of use', async () => {
  const told: (Error | undefined)[] = [];
  const stranger = openCache({ ...group.settings, password: 'wrong' }, (_isUp, reason) => told.push(reason));
  after(() => stranger.close());
  assert.deepEqual(await stranger.rateLimiter('alone', 1, 60).count('key'), { allowed: true });
  await within(10_000, 'it is told', () => told.length === 1);
  assert.match(told[0]?.message ?? '', /sentinels are unreachable/);
  assert.equal(await stranger.probe(), false);
});
