import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { register, registerMany } from './support/people.ts';
import { testSite } from './support/site.ts';

const rounds = 21;
/** A hash takes 30 ms and the rest 2, so without the stand-in hash the ratio is 15; other load on the machine moves it by a third. */
const widest = 1.6;

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

suite('the time of a login', () => {
  const site = testSite();

  test('an unknown e-mail address takes as long as a wrong password', async () => {
    // A wrong password counts for its account, so several share them.
    const people = await registerMany(site, 4);
    await register(site);
    const time = async (email: string): Promise<number> => {
      const begun = performance.now();
      const errors = await clientOf(site.url).refused(401, 'login', {
        body: { user: { email, password: 'wrong horse' } },
      });
      assert.deepEqual(errors, { credentials: ['invalid'] });
      return performance.now() - begun;
    };
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.known.push(await time(people[round % 4]?.email ?? ''));
      times.unknown.push(await time(`nobody-${round}@example.com`));
    }
    const ratio = median(times.known) / median(times.unknown);
    assert.ok(ratio < widest && ratio > 1 / widest, `${median(times.known)} ms : ${median(times.unknown)} ms`);
  });
});
