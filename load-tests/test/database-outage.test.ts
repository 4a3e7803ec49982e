import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { faults } from '../faults/faults.ts';
import { seedOfRun } from '../traffic/random.ts';
import { lineOf, startTrial, type Trial, underLoad } from '../faults/trial.ts';

const seed = seedOfRun();

suite(`PostgreSQL goes away while 200 requests a second come in (seed ${seed})`, () => {
  let trial: Trial;
  before(async () => {
    trial = await startTrial(seed);
  });
  after(() => trial.stop());

  for (const [name, milliseconds] of [
    ['PostgreSQL killed', 1_000],
    ['PostgreSQL stopped', 1_000],
    ['PostgreSQL frozen', 3_000],
    ['PostgreSQL unreachable', 1_000],
  ] as const) {
    test(`${name} for ${milliseconds / 1000} s: no request fails, none waits longer than the outage and 1 s, nothing is lost or doubled`, async (t) => {
      const result = await underLoad(trial, () => faults[name](trial, milliseconds));
      t.diagnostic(lineOf(result));
      assert.deepEqual(result.failures, []);
      assert.deepEqual(result.violations, []);
      assert.ok(result.longest <= (result.outage + 1) * 1000, lineOf(result));
      // Otherwise nothing was tested.
      assert.ok(result.longest >= result.outage * 800, lineOf(result));
    });
  }
});
