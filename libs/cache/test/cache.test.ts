import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestRedis } from '@scale-up/testing';
import { type Cache, openCache } from '../src/index.ts';
import { timed } from './stalls.ts';
import { within } from './within.ts';

const redis = await startTestRedis();
after(() => redis.stop());

let changes: boolean[] = [];
let a: Cache;
let b: Cache;
let key: string;
let tests = 0;

const isUp = async (cache: Cache): Promise<boolean> => (await cache.probe()) === true;

beforeEach(async () => {
  a = openCache(redis.url, (up) => changes.push(up));
  b = openCache(redis.url, () => {});
  key = `key ${tests++}`;
  await within(2_000, 'both are connected', async () => (await isUp(a)) && (await isUp(b)));
  changes = [];
});
afterEach(() => {
  a.close();
  b.close();
});

const refused = (verdict: { allowed: boolean; retryAfterSeconds?: number }): void => {
  assert.equal(verdict.allowed, false);
  const seconds = verdict.retryAfterSeconds ?? 0;
  assert.ok(seconds >= 1 && seconds <= 60, `retry after ${seconds} s`);
};

test('two processes share one counter, and the refused one is told when to come back', async () => {
  const [one, two] = [a.rateLimiter('shared', 3, 60), b.rateLimiter('shared', 3, 60)];
  assert.deepEqual(await one.count(key), { allowed: true });
  assert.deepEqual(await two.count(key), { allowed: true });
  assert.deepEqual(await two.check(key), { allowed: true });
  assert.deepEqual(await one.count(key), { allowed: true });
  refused(await one.check(key));
  refused(await two.check(key));
  refused(await two.count(key));
});

test('keys and names are counted apart', async () => {
  assert.deepEqual(await a.rateLimiter('login', 1, 60).count(key), { allowed: true });
  assert.deepEqual(await a.rateLimiter('login', 1, 60).count(`${key}:other`), { allowed: true });
  assert.deepEqual(await a.rateLimiter('other', 1, 60).count(key), { allowed: true });
  refused(await a.rateLimiter('login', 1, 60).count(key));
});

test('a window ends: what was refused is allowed a second later', async () => {
  const limiter = a.rateLimiter('short', 1, 1);
  await limiter.count(key);
  assert.equal((await limiter.count(key)).allowed, false);
  await sleep(1_100);
  assert.deepEqual(await limiter.check(key), { allowed: true });
  assert.deepEqual(await limiter.count(key), { allowed: true });
});

test('when the server freezes, a verdict comes from an own counter within 60 ms, and at once after 1.5 s', async () => {
  const limiter = a.rateLimiter('frozen', 2, 60);
  redis.signal('SIGSTOP');
  try {
    const verdicts = [];
    for (let i = 0; i < 3; i++) verdicts.push(await timed(() => limiter.count(key)));
    verdicts.push(await timed(() => limiter.check(key)));
    assert.deepEqual(
      verdicts.map(([{ allowed }]) => allowed),
      [true, true, false, false],
    );
    for (const [, ms] of verdicts) assert.ok(ms < 60, `took ${ms.toFixed()} ms`);
    assert.equal(await a.probe(), false);
    await sleep(1_500);
    const [, ms] = await timed(() => limiter.count(key));
    assert.ok(ms < 10, `took ${ms.toFixed()} ms`);
    assert.deepEqual(changes, [false]);
  } finally {
    redis.signal('SIGCONT');
  }
  await within(2_000, 'it works again', () => isUp(a));
  await within(1_000, 'it is told', () => changes.at(-1) === true);
});

test('when the server is killed, its clients go on counting for themselves, and share again within 2 s of its return', async () => {
  const [one, two] = [a.rateLimiter('killed', 1, 60), b.rateLimiter('killed', 1, 60)];
  await redis.kill();
  assert.deepEqual(await one.count(key), { allowed: true });
  refused(await one.count(key));
  refused(await one.check(key));
  assert.deepEqual(await two.count(key), { allowed: true });
  assert.equal(await a.probe(), false);
  // Long enough for the pause between two attempts to reach its limit.
  await sleep(3_000);
  await redis.restart();
  await within(2_000, 'both share again', async () => (await isUp(a)) && (await isUp(b)));
  assert.deepEqual(await one.count('another'), { allowed: true });
  refused(await two.count('another'));
  assert.deepEqual(changes, [false, true]);
});

test('empty and very long keys are counted like others', async () => {
  const limiter = a.rateLimiter('odd', 1, 60);
  assert.deepEqual(await limiter.count(''), { allowed: true });
  assert.deepEqual(await limiter.check('🛶 '.repeat(1_000)), { allowed: true });
});
