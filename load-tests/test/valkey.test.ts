import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startTestRedis, type TestRedis } from '@scale-up/testing';
import { faults } from '../faults/faults.ts';
import { Ledger } from '../traffic/ledger.ts';
import { seedOfRun } from '../traffic/random.ts';
import { Client } from '../traffic/shoppers.ts';
import { lineOf, startTrial, type Trial, underLoad } from '../faults/trial.ts';

const seed = seedOfRun();

suite(`Valkey fails while 200 requests a second come in (seed ${seed})`, () => {
  let redis: TestRedis;
  let trial: Trial;
  before(async () => {
    redis = await startTestRedis();
    trial = await startTrial(seed, { instances: 2, env: { REDIS_URL: redis.url } });
  });
  after(async () => {
    await trial.stop();
    await redis.stop();
  });

  test('a reader who is not logged in sees a write at once, whichever instance it went to', async () => {
    const { site, people } = trial;
    const [one, other] = site.apps.map(({ url }) => new Client(url, new Ledger()));
    assert.ok(one && other);
    for (let turn = 0; turn < 20; turn += 1) {
      const writer: Client = turn % 2 ? one : other;
      const reader: Client = turn % 2 ? other : one;
      const { articlesCount } = await reader.call('articles', {});
      const article = { title: `Turn ${turn}`, description: 'd', body: 'b' };
      await writer.call('createArticle', { body: { article } }, { token: people.tokens[0] ?? '' });
      assert.equal((await reader.call('articles', {})).articlesCount, articlesCount + 1);
    }
    await Promise.all([one.close(), other.close()]);
  });

  for (const name of ['Valkey killed', 'Valkey frozen', 'Valkey full', 'Valkey emptied'] as const) {
    test(`${name} for 2 s: no request fails, and none waits longer than 1 s`, async (t) => {
      const result = await underLoad(trial, () => faults[name]({ ...trial, redis }, 2_000));
      t.diagnostic(lineOf(result));
      assert.deepEqual(result.failures, []);
      assert.deepEqual(result.violations, []);
      assert.ok(result.longest <= 1_000, lineOf(result));
    });
  }
});
