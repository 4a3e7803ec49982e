import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openCache } from '../src/index.ts';

test('without a server by configuration, a process counts for itself and has nothing to probe', async () => {
  const cache = openCache(undefined, () => assert.fail('nothing can change'));
  const limiter = cache.rateLimiter('login', 2, 60);
  assert.deepEqual(await limiter.count('a'), { allowed: true });
  assert.deepEqual(await limiter.check('a'), { allowed: true });
  assert.deepEqual(await limiter.count('a'), { allowed: true });
  assert.equal((await limiter.count('a')).allowed, false);
  assert.equal((await limiter.check('a')).allowed, false);
  assert.deepEqual(await limiter.count('b'), { allowed: true });
  assert.equal(await cache.probe(), undefined);
  cache.close();
});

for (const [fault, url] of [
  ['nobody listens', 'redis://127.0.0.1:1'],
  ['its name leads nowhere', 'redis://nowhere.invalid'],
] as const) {
  const changes: boolean[] = [];
  const cache = openCache(url, (isUp) => changes.push(isUp));
  after(() => cache.close());

  test(`where ${fault}, every verdict comes from an own counter at once, and the loss is told once`, async () => {
    const limiter = cache.rateLimiter('login', 1, 60);
    const start = performance.now();
    assert.deepEqual(await limiter.check('a'), { allowed: true });
    assert.deepEqual(await limiter.count('a'), { allowed: true });
    assert.equal((await limiter.count('a')).allowed, false);
    assert.equal(await cache.probe(), false);
    assert.ok(performance.now() - start < 100);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(changes, [false]);
  });
}
