import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../faults/faults.ts';
import { pick, seedOfRun } from '../traffic/random.ts';
import { order } from '../traffic/shoppers.ts';
import { lineOf, resultOf, startTrial, type Trial, underLoad } from '../faults/trial.ts';

const seed = seedOfRun();

suite(`two instances of app (seed ${seed})`, () => {
  let trial: Trial;
  before(async () => {
    trial = await startTrial(seed, { instances: 2 }, { people: 20 });
  });
  after(() => trial.stop());

  const total = async (sql: string): Promise<number> => Number((await trial.site.rows<{ n: number }>(sql))[0]?.n);

  test('when one is killed three times while 20 buyers order, no order fails and none is doubled', async (t) => {
    const { client, people, random, site } = trial;
    const over = new AbortController();
    const buyers = people.tokens.map(async (token) => {
      while (!over.signal.aborted) await order(client, token, pick(people.products, random));
    });
    for (let round = 0; round < 3; round += 1) {
      await sleep(700);
      await site.replaceApp(round % 2);
    }
    await sleep(700);
    over.abort();
    await Promise.all(buyers);
    const result = await resultOf(trial, 0);
    t.diagnostic(lineOf(result));
    assert.deepEqual(result.failures, []);
    assert.deepEqual(result.violations, []);
    assert.deepEqual(Object.keys(result.byStatus), ['201']);
    assert.ok(result.sent > 200, lineOf(result));
  });

  test('when one is killed under 200 mixed requests a second, none fails and none waits longer than 1 s', async (t) => {
    const result = await underLoad(trial, () => faults['an instance of app killed'](trial, 0));
    t.diagnostic(lineOf(result));
    assert.deepEqual(result.failures, []);
    assert.deepEqual(result.violations, []);
    assert.ok(result.longest <= 1_000, lineOf(result));
  });

  test('of 200 buyers who want one of 50 units at once, 50 get it, 150 are told, and the stock is 0', async (t) => {
    const { client, people } = trial;
    const product = { title: 'The last fifty', description: 'Few', price: 100, stock: 50 };
    const { product: made } = await client.call(
      'createProduct',
      { body: { product } },
      { token: people.tokens[0] ?? '' },
    );
    trial.ledger.take();
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => order(client, people.tokens[index % people.tokens.length], made.slug)),
    );
    const result = await resultOf(trial, 0);
    t.diagnostic(lineOf(result));
    assert.deepEqual(result.byStatus, { 201: 50, 409: 150 });
    assert.deepEqual(result.violations, []);
    assert.equal(await total(`SELECT stock AS n FROM products WHERE slug = '${made.slug}'`), 0);
  });

  test('when one key comes 50 times at once, there is one order, and all answers are the same bytes', async (t) => {
    const { client, people } = trial;
    const [key, token, product] = [randomUUID(), people.tokens[0] ?? '', people.products[0] ?? ''];
    const body = { order: { lines: [{ product, quantity: 2 }] } };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => client.send('createOrder', { body }, { token, key, mark: key })),
    );
    const result = await resultOf(trial, 0);
    t.diagnostic(lineOf(result));
    assert.deepEqual(result.byStatus, { 201: 50 });
    assert.equal(new Set(answers.map((answer) => answer?.text)).size, 1);
    assert.equal(result.entries.filter(({ isReplay }) => isReplay).length, 49);
    assert.equal(await total(`SELECT count(*) AS n FROM orders WHERE key = '${key}'`), 1);
    assert.deepEqual(result.violations, []);
  });
});
