import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { loseCommits } from '../faults/lost-commits.ts';
import { pick, randomOf, seedOfRun } from '../traffic/random.ts';
import { order } from '../traffic/shoppers.ts';
import { lineOf, resultOf, startTrial, type Trial } from '../faults/trial.ts';

const seed = seedOfRun();
const losses = 500;

suite(`answers of COMMIT get lost (seed ${seed})`, () => {
  // Set up first, without losses.
  let isOn = false;
  const random = randomOf(seed);
  const lost = loseCommits(() => (isOn ? random() : 1), 0.4, losses);
  let trial: Trial;
  before(async () => {
    trial = await startTrial(seed, { watch: lost.watch });
    isOn = true;
  });
  after(() => trial.stop());

  test(`when ${losses} of them are lost while 20 buyers order, each order exists once and each buyer gets it, within 60 s`, async (t) => {
    const { client, people } = trial;
    const begun = performance.now();
    const buyer = async (): Promise<void> => {
      while (lost.total() < losses) {
        assert.ok(performance.now() - begun < 60_000, `only ${lost.total()} were lost within 60 s`);
        await order(client, pick(people.tokens, random), pick(people.products, random));
      }
    };
    await Promise.all(Array.from({ length: 20 }, buyer));
    const result = await resultOf(trial, 0);
    t.diagnostic(`${lineOf(result)}; lost: ${JSON.stringify(lost.counts)}`);
    assert.deepEqual(result.failures, []);
    assert.deepEqual(result.violations, []);
    assert.equal(lost.total(), losses);
    for (const [moment, count] of Object.entries(lost.counts)) assert.ok(count > losses / 10, moment);
    // To a buyer it is no repetition: each sent its order once.
    assert.equal(result.entries.filter(({ isReplay }) => isReplay).length, 0);
  });
});
