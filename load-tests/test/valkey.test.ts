import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { startTestRedis, type TestRedis } from '@scale-up/testing';
import { faults } from '../faults/faults.ts';
import { seedOfRun } from '../faults/random.ts';
import { lineOf, startTrial, type Trial, underLoad } from '../faults/trial.ts';

const seed = seedOfRun();

suite(`Valkey fails while 200 requests a second come in (seed ${seed})`, () => {
  let redis: TestRedis;
  let trial: Trial;
  before(async () => {
    redis = await startTestRedis();
    trial = await startTrial(seed, { env: { REDIS_URL: redis.url } });
  });
  after(async () => {
    await trial.stop();
    await redis.stop();
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
