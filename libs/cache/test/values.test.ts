import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestRedis } from '@scale-up/testing';
import { type Cache, openCache, type ValueCache } from '../src/index.ts';
import { createSource, through, values } from './loader.ts';
import { timed } from './stalls.ts';
import { within } from './within.ts';

const redis = await startTestRedis();
after(() => redis.stop());

/** In ms. What is fresh is asked here, not how long it takes (values-faults.test.ts): a busy machine must not lose an answer. */
const patience = 5_000;
let caches: Cache[];
let one: ValueCache;
let two: ValueCache;
let key: string;
let tests = 0;

beforeEach(async () => {
  caches = [openCache(redis.url, () => {}, { patience }), openCache(redis.url, () => {}, { patience })];
  [one, two] = caches.map((cache) => cache.values('test', values)) as [ValueCache, ValueCache];
  key = `key ${tests++}`;
  for (const cache of caches) await within(2_000, 'it is connected', async () => (await cache.probe()) === true);
});
afterEach(() => caches.forEach((cache) => cache.close()));

/** Stored is what a second client sees. */
const stored = (): Promise<void> => within(1_000, 'it is stored', async () => (await two.get(key)) !== undefined);

test('what is not there is undefined, and loaded once for all processes', async () => {
  const source = createSource();
  assert.equal(await one.get(key), undefined);
  assert.deepEqual((await one.through(key, source.load, through)).source, 'loaded');
  await stored();
  const { text, age, source: from } = await two.through(key, source.load, through);
  assert.deepEqual([text, from], ['1', 'fresh']);
  assert.ok(age < 1_000, `${age} ms old`);
  assert.equal((await one.get(key))?.isFresh, true);
  assert.equal(source.reads(), 1);
  assert.deepEqual(caches[0]?.stats().requests, { fresh: 1, stale: 0, miss: 2 });
});

test('texts come back as they were: empty, with line breaks, in any script', async () => {
  for (const [i, text] of ['', '\n', '1 2\n3', 'ひらがな 🛶'.repeat(1_000)].entries()) {
    await one.through(`${key} ${i}`, async () => text, through);
    await within(1_000, 'it is stored', async () => (await two.get(`${key} ${i}`))?.text === text);
  }
});

test('a hundred callers at the same time cause one load', async () => {
  let loads = 0;
  const load = async (): Promise<string> => {
    await sleep(100);
    return String(++loads);
  };
  await Promise.all(Array.from({ length: 100 }, () => one.through(key, load, through)));
  assert.equal(loads, 1);
});

test('when the loader fails, a stale entry answers where it may, and the failure where it may not', async () => {
  const source = createSource();
  await one.through(key, source.load, through);
  await one.invalidate(`group of ${key}`);
  const fail = async (): Promise<string> => Promise.reject(new Error('the source is away'));
  const { text, source: from, age } = await one.through(key, fail, through);
  assert.deepEqual([text, from], ['1', 'stale']);
  assert.ok(age < 1_000, `${age} ms old`);
  await assert.rejects(one.through(key, fail, { ...through, staleIf: () => false }), /the source is away/);
  assert.equal((await one.get(key))?.isFresh, false);
});

test('when a load takes longer than patience, the stale entry answers, the next caller does not wait again, and the load is stored', async () => {
  await one.through(key, async () => 'old', through);
  await one.invalidate(`group of ${key}`);
  const load = async (): Promise<string> => {
    await sleep(600);
    return 'new';
  };
  const [first, ms] = await timed(() => one.through(key, load, { ...through, patience: 200 }));
  assert.deepEqual([first.text, first.source], ['old', 'stale']);
  assert.ok(ms < 300, `took ${ms.toFixed()} ms`);
  const [second, again] = await timed(() => one.through(key, load, { ...through, patience: 200 }));
  assert.equal(second.source, 'stale');
  assert.ok(again < 60, `took ${again.toFixed()} ms`);
  await within(1_000, 'the load is stored', async () => (await two.get(key))?.text === 'new');
  assert.equal((await one.get(key))?.isFresh, true);
});

test('an invalidation by one process is seen by the other at once, and only in its group', async () => {
  const source = createSource();
  await one.through(key, source.load, through);
  await one.through(`other ${key}`, source.load, through);
  await stored();
  await two.invalidate(`group of ${key}`);
  assert.equal((await one.get(key))?.isFresh, false);
  assert.equal((await one.get(`other ${key}`))?.isFresh, true);
  assert.deepEqual((await one.through(key, source.load, through)).text, '3');
});

test('a caller after an invalidation does not join a load from before it, whose news is never fresh', async () => {
  for (const invalidator of [one, two]) {
    const group = `group of ${key}`;
    await one.invalidate(group);
    const source = Promise.withResolvers<string>();
    const early = one.through(key, () => source.promise, through);
    await sleep(30);
    await invalidator.invalidate(group);
    // Whoever has invalidated takes an entry for older than it is, by as long as his question for it was under way; on a busy machine what was read right
    // behind the invalidation seems to be from before it.
    await sleep(200);
    const late = await one.through(key, async () => 'new', through);
    assert.equal(late.text, 'new');
    source.resolve('old');
    await early;
    await sleep(30);
    assert.deepEqual(await one.get(key).then((entry) => [entry?.text, entry?.isFresh]), ['new', true]);
    assert.deepEqual(await two.get(key).then((entry) => [entry?.text, entry?.isFresh]), ['new', true]);
  }
});

test('after freshFor an entry is stale by itself, and the next caller loads', async () => {
  const source = createSource();
  await one.through(key, source.load, through);
  await stored();
  assert.equal((await two.get(key))?.isFresh, true);
  await sleep(2_050);
  assert.equal((await two.get(key))?.isFresh, false);
  assert.deepEqual((await two.through(key, source.load, through)).text, '2');
});

test('when the server is emptied, nothing from before is fresh again, for those who loaded it and for others', async () => {
  const source = createSource();
  await one.through(key, source.load, through);
  await stored();
  await redis.command('FLUSHALL');
  assert.deepEqual(await one.get(key).then((entry) => [entry?.text, entry?.isFresh]), ['1', false]);
  assert.deepEqual((await two.through(key, source.load, through)).text, '2');
  assert.deepEqual((await one.through(key, source.load, through)).text, '2');
  await redis.command('FLUSHALL');
  await one.through(`other ${key}`, source.load, through);
  assert.equal((await one.get(key))?.isFresh, false);
});

test('above 256 KiB a text is answered and not kept', async () => {
  const source = createSource();
  const load = async (): Promise<string> => 'é'.repeat(131_072) + (await source.load());
  await one.through(key, load, through);
  assert.equal(await one.get(key), undefined);
  await one.through(`other ${key}`, async () => 'é'.repeat(131_072), through);
  assert.equal((await one.get(`other ${key}`))?.isFresh, true);
});

test('what others have written under a key is as good as nothing', async () => {
  await redis.command('SET', `"values:test:entry:${key}"`, '"something else"');
  assert.equal(await one.get(key), undefined);
  await redis.command('DEL', `"values:test:entry:${key}"`);
  await redis.command('LPUSH', `"values:test:entry:${key}"`, 'a');
  assert.equal((await one.through(key, async () => 'mine', through)).text, 'mine');
});
