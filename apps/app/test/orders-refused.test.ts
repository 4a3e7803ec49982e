import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Product } from '@scale-up/contract';
import { problemOf } from './support/client.ts';
import { addProduct, nowhere, type Person, placeOrder, register, registerAdmin } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('orders that are refused leave no trace', () => {
  const site = testSite();
  let buyer: Person;
  let rope: Product;
  let lamp: Product;
  let swiss: Product;
  before(async () => {
    const admin = await registerAdmin(site);
    buyer = await register(site);
    [rope, lamp] = [await addProduct(admin), await addProduct(admin, { stock: 2 })];
    swiss = await addProduct(admin, { currency: 'CHF' });
  });
  const refused = async (status: number, ...lines: unknown[]) => {
    const content = await contentOf(site);
    const errors = await buyer.refused(status, 'createOrder', { body: { order: { lines } } });
    assert.equal(await contentOf(site), content);
    return errors;
  };
  const line = (product: string, quantity = 1) => ({ product, quantity });

  test('an unknown product and one that is there twice are 422 under their lines', async () => {
    assert.deepEqual(await refused(422, line(nowhere), line(rope.slug)), { 'lines.0.product': ['not found'] });
    assert.deepEqual(await refused(422, line(rope.slug), line(rope.slug, 2)), {
      'lines.1.product': ['is there twice'],
    });
    assert.deepEqual(await refused(422, line(rope.slug), line(nowhere), line(lamp.slug, 9), line(rope.slug)), {
      'lines.1.product': ['not found'],
      'lines.3.product': ['is there twice'],
    });
    assert.deepEqual(await refused(422, line(rope.title)), { 'lines.0.product': ['not found'] });
  });

  test('lines in more than one currency are 422 under "lines"', async () => {
    assert.deepEqual(await refused(422, line(rope.slug), line(swiss.slug)), { lines: ['must all be in one currency'] });
    assert.deepEqual(await refused(422, line(lamp.slug, 3), line(swiss.slug)), {
      lines: ['must all be in one currency'],
    });
  });

  test('too little stock is 409 with the number left of every such line', async () => {
    assert.deepEqual(await refused(409, line(lamp.slug, 3)), { 'lines.0.quantity': ['only 2 left'] });
    assert.deepEqual(await refused(409, line(rope.slug, 10), line(lamp.slug, 3)), {
      'lines.1.quantity': ['only 2 left'],
    });
    assert.deepEqual(await refused(409, line(rope.slug, 11), line(lamp.slug, 1_000)), {
      'lines.0.quantity': ['only 10 left'],
      'lines.1.quantity': ['only 2 left'],
    });
    const body = { order: { lines: [line(lamp.slug, 3)] } };
    assert.match((await buyer.attempt('createOrder', { body })).text, /"type":"\/problems\/out-of-stock"/);
  });

  test('no lines, too many, and quantities that are none are 422 under their names', async () => {
    for (const quantity of [0, -1, 1_001, 1.5, '1', null, undefined, 1e300, [1]]) {
      const wrong = { product: rope.slug, quantity };
      assert.deepEqual(Object.keys(await refused(422, line(lamp.slug), wrong)), ['lines.1.quantity'], String(quantity));
    }
    for (const product of ['', null, undefined, 7, 'x'.repeat(301)]) {
      assert.deepEqual(Object.keys(await refused(422, { product, quantity: 1 })), ['lines.0.product']);
    }
    assert.deepEqual(Object.keys(await refused(422)), ['lines']);
    assert.deepEqual(Object.keys(await refused(422, ...Array<object>(101).fill(line(rope.slug)))), ['lines']);
    assert.deepEqual(Object.keys(await buyer.refused(422, 'createOrder', { body: { order: {} } })), ['lines']);
  });

  test('without an Idempotency-Key, or with a bad one, an order is 400', async () => {
    const content = await contentOf(site);
    const body = { order: { lines: [line(rope.slug)] } };
    const missing = problemOf(await buyer.send('POST', '/orders', { body }), 400);
    assert.deepEqual(missing, { 'idempotency-key': ['is missing'] });
    for (const key of ['""', '"', 'x'.repeat(256), '"a"b"']) {
      await buyer.refused(400, 'createOrder', { body, key });
    }
    assert.equal(await contentOf(site), content);
  });

  test('a key that names an order is 409 with its id once the outcome is forgotten, whatever is asked for', async () => {
    const product = line(rope.slug);
    const body = { order: { lines: [product] } };
    const { order } = await buyer.call('createOrder', { body, key: 'mine' });
    const content = await contentOf(site);
    for (const lines of [[product], [line(lamp.slug, 3)], [line(nowhere)], [line(swiss.slug), product]]) {
      await site.database.script('DELETE FROM outcomes');
      const errors = await buyer.refused(409, 'createOrder', { body: { order: { lines } }, key: 'mine' });
      assert.deepEqual(errors, { 'idempotency-key': [`was used for order ${order.id}`] });
    }
    assert.equal(await contentOf(site), content);
    const other = await register(site);
    await other.call('createOrder', { body, key: 'mine' });
    await placeOrder(buyer, product);
  });
});
