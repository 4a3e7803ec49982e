import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCache } from '../src/index.ts';
import { createInvalidations } from '../src/invalidations.ts';
import { createOwnStore } from '../src/own-store.ts';
import { createSource, through, values } from './loader.ts';

const openAlone = (options = values) => {
  const cache = openCache(undefined, () => assert.fail('nothing can change'));
  return { cache, one: cache.values('test', options) };
};

test('without a server by configuration, a process keeps values for itself, and its invalidations count', async () => {
  const { cache, one } = openAlone();
  const source = createSource();
  const { text, age, source: from } = await one.through('a', source.load, through);
  assert.deepEqual([text, from], ['1', 'loaded']);
  assert.ok(age < 1_000, `${age} ms old`);
  assert.equal((await one.through('a', source.load, through)).source, 'fresh');
  await one.invalidate('group of a', 'another group');
  assert.equal((await one.get('a'))?.isFresh, false);
  assert.equal((await one.through('a', source.load, through)).text, '2');
  await one.invalidate();
  assert.deepEqual(cache.stats(), {
    requests: { fresh: 1, stale: 1, miss: 2 },
    breaker: { isOpen: false, opens: 0 },
  });
});

test('values of different names are kept apart', async () => {
  const { cache, one } = openAlone();
  await one.through('a', async () => 'mine', through);
  assert.equal(await cache.values('other', values).get('a'), undefined);
});

test('after staleFor an entry is gone, and the failure of a load is passed on', async () => {
  const { one } = openAlone({ ...values, freshFor: 50, staleFor: 200 });
  const fail = async (): Promise<string> => Promise.reject(new Error('the source is away'));
  await one.through('a', async () => 'old', through);
  await sleep(100);
  assert.equal((await one.through('a', fail, through)).source, 'stale');
  await sleep(150);
  assert.equal(await one.get('a'), undefined);
  await assert.rejects(one.through('a', fail, through), /the source is away/);
});

test('a hundred callers at the same time cause one load', async () => {
  const { one } = openAlone();
  let loads = 0;
  const load = async (): Promise<string> => {
    await sleep(100);
    return String(++loads);
  };
  const answers = await Promise.all(Array.from({ length: 100 }, () => one.through('a', load, through)));
  assert.equal(loads, 1);
  assert.ok(answers.every(({ text, source }) => text === '1' && source === 'loaded'));
});

test('a failure reaches all hundred who wait for the one load, and the next caller loads anew', async () => {
  const { one } = openAlone();
  let loads = 0;
  const load = async (): Promise<string> => {
    loads++;
    await sleep(50);
    throw new Error('the source is away');
  };
  const answers = await Promise.allSettled(Array.from({ length: 100 }, () => one.through('a', load, through)));
  assert.ok(answers.every(({ status }) => status === 'rejected'));
  assert.equal(loads, 1);
  assert.equal((await one.through('a', async () => 'back', through)).text, 'back');
});

test('a load that an invalidation overtook is not joined, however long ago that was', async () => {
  const { one } = openAlone({ ...values, freshFor: 50 });
  const source = Promise.withResolvers<string>();
  const early = one.through('a', () => source.promise, through);
  await sleep(10);
  await one.invalidate('group of a');
  await sleep(60);
  await one.invalidate('another group');
  assert.equal((await one.through('a', async () => 'new', through)).text, 'new');
  source.resolve('old');
  assert.equal((await early).text, 'old');
  assert.equal((await one.get('a'))?.text, 'new');
});

test('a loader that throws before it begins fails like any other', async () => {
  const { one } = openAlone();
  const load = (): Promise<string> => {
    throw new Error('at once');
  };
  await assert.rejects(one.through('a', load, through), /at once/);
});

test('past its size the own store forgets what was used least recently', () => {
  const store = createOwnStore(10_000);
  const stored = (length: number) => ({ text: 'x'.repeat(length), readAt: 0, generations: undefined });
  for (const key of ['a', 'b', 'c']) store.put(key, stored(1_000));
  store.get('a');
  store.put('d', stored(2_000));
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].filter((key) => store.get(key)),
    ['a', 'c', 'd'],
  );
  for (let i = 0; i < 1_000; i++) store.put('d', stored(2_000));
  assert.ok(store.get('a'), 'what is replaced is not counted twice');
  store.put('e', stored(10_000));
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].filter((key) => store.get(key)),
    [],
  );
});

test('an invalidation is remembered for as long as it matters', async () => {
  const invalidations = createInvalidations(50);
  const before = performance.now();
  invalidations.add(['a']);
  assert.equal(invalidations.since(before, ['b', 'a']), true);
  assert.equal(invalidations.since(performance.now() + 1, ['a']), false);
  await sleep(60);
  invalidations.add(['b']);
  assert.equal(invalidations.since(before, ['a']), false);
  assert.equal(invalidations.since(before, ['b']), true);
});
