import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { tally } from './support/client.ts';
import { addProduct, nowhere, type Person, registerAdmin } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('stock', () => {
  const site = testSite();
  let admin: Person;
  before(async () => {
    admin = await registerAdmin(site);
  });
  const move = (slug: string, delta: number, reason = 'counted') =>
    admin.attempt('changeStock', { params: { slug }, body: { stock: { delta, reason } } });
  const stockOf = async (slug: string) => (await admin.call('product', { params: { slug } })).product.stock;
  /** Products whose stock is not what they began with and all its movements. */
  const wrongSums = () =>
    site.count(`SELECT count(*) FROM products p WHERE stock <> initial_stock +
      (SELECT coalesce(sum(delta), 0) FROM stock_movements m WHERE m.product_id = p.id)`);

  test('a movement changes the stock and is recorded with its reason and its admin', async () => {
    const { slug, updatedAt } = await addProduct(admin, { stock: 5 });
    const reply = await move(slug, 3, 'delivery 17');
    const { product } = JSON.parse(reply.text) as { product: { stock: number; updatedAt: string } };
    assert.equal(product.stock, 8);
    assert.ok(product.updatedAt > updatedAt);
    assert.equal((await move(slug, -8)).status, 200);
    const rows = await site.database.script(
      `SELECT delta, reason, u.username FROM stock_movements m JOIN users u ON u.id = m.created_by
       WHERE product_id = (SELECT id FROM products WHERE slug = '${slug}') ORDER BY m.id`,
    );
    assert.deepEqual(rows, [
      { delta: 3, reason: 'delivery 17', username: admin.username },
      { delta: -8, reason: 'counted', username: admin.username },
    ]);
    assert.equal(await wrongSums(), 0);
  });

  test('what would go below 0 is 409 with the number left, and leaves no trace', async () => {
    const { slug } = await addProduct(admin, { stock: 2 });
    const content = await contentOf(site);
    const stock = { delta: -3, reason: 'sold' };
    const errors = await admin.refused(409, 'changeStock', { params: { slug }, body: { stock } });
    assert.deepEqual(errors, { delta: ['only 2 left'] });
    assert.match((await move(slug, -3)).text, /"type":"\/problems\/out-of-stock"/);
    assert.equal(await contentOf(site), content);
  });

  test('of fifty who take one unit of ten at once, ten get it and the stock is 0', async () => {
    const { slug } = await addProduct(admin, { stock: 10 });
    const replies = await Promise.all(Array.from({ length: 50 }, () => move(slug, -1)));
    assert.deepEqual(tally(replies), { 200: 10, 409: 40 });
    assert.deepEqual([await stockOf(slug), await wrongSums()], [0, 0]);
  });

  test('units that come and go at once add up', async () => {
    const { slug } = await addProduct(admin, { stock: 20 });
    const deltas = Array.from({ length: 50 }, (_, index) => (index % 3) - 1).map(
      (sign, index) => (sign || 2) * ((index % 4) + 1),
    );
    const replies = await Promise.all(deltas.map((delta) => move(slug, delta)));
    const sum = deltas.reduce((total, delta, index) => total + (replies[index]?.status === 200 ? delta : 0), 20);
    assert.deepEqual([await stockOf(slug), await wrongSums()], [sum, 0]);
  });

  test('no movement, too large a one, and one without a reason are 422', async () => {
    const { slug } = await addProduct(admin);
    const content = await contentOf(site);
    const refused = async (stock: object) =>
      Object.keys(await admin.refused(422, 'changeStock', { params: { slug }, body: { stock } }));
    for (const delta of [0, 1.5, '1', null, 1_000_000_001, -1_000_000_001, 1_000_000_000]) {
      assert.deepEqual(await refused({ delta, reason: 'r' }), ['delta'], String(delta));
    }
    for (const reason of ['', ' ', null, undefined, 'x'.repeat(201)]) {
      assert.deepEqual(await refused({ delta: 1, reason }), ['reason']);
    }
    assert.equal(await contentOf(site), content);
    await admin.refused(404, 'changeStock', { params: { slug: nowhere }, body: { stock: { delta: 1, reason: 'r' } } });
  });
});
