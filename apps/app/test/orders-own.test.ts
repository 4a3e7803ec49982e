import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { clientOf, problemOf } from './support/client.ts';
import { addProduct, type Person, placeOrder, register, registerAdmin } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

const nobodys = '00000000-0000-4000-8000-000000000000';

suite('one’s own orders', () => {
  const site = testSite();
  let admin: Person;
  let buyer: Person;
  before(async () => {
    [admin, buyer] = [await registerAdmin(site), await register(site)];
  });
  const stockOf = async (slug: string) => (await admin.call('product', { params: { slug } })).product.stock;

  test('another’s order is 404 as one that is not there, and stays as it is', async () => {
    const { slug } = await addProduct(admin);
    const { id } = await placeOrder(buyer, { product: slug, quantity: 1 });
    const other = await register(site);
    const content = await contentOf(site);
    for (const operation of ['order', 'cancelOrder'] as const) {
      for (const person of [other, admin]) {
        for (const wrong of [id, nobodys]) {
          assert.deepEqual(await person.refused(404, operation, { params: { id: wrong } }), { order: ['not found'] });
        }
      }
      for (const wrong of ['1', 'x', `${id}0`, `urn:uuid:${id}`, `{${id}}`, id.replaceAll('-', ''), ' ']) {
        await buyer.refused(404, operation, { params: { id: wrong } });
      }
    }
    assert.equal(await contentOf(site), content);
  });

  test('a token that has ended is 401 for a real order too', async () => {
    const { slug } = await addProduct(admin);
    const person = await register(site);
    const { id } = await placeOrder(person, { product: slug, quantity: 1 });
    await person.call('changeUser', { body: { user: { password: 'another horse' } } });
    const ended = clientOf(site.url, person.token);
    const body = { order: { lines: [{ product: slug, quantity: 1 }] } };
    for (const reply of [
      await ended.attempt('orders'),
      await ended.attempt('order', { params: { id } }),
      await ended.attempt('cancelOrder', { params: { id } }),
      await ended.attempt('createOrder', { body }),
    ]) {
      assert.deepEqual(problemOf(reply, 401), { token: ['is invalid'] });
    }
    assert.equal(await stockOf(slug), 9);
  });

  test('cancelling gives the stock back once, however often it is repeated', async () => {
    const [rope, lamp] = [await addProduct(admin), await addProduct(admin, { stock: 3 })];
    const order = await placeOrder(buyer, { product: lamp.slug, quantity: 3 }, { product: rope.slug, quantity: 4 });
    const params = { id: order.id };
    const { order: cancelled } = await buyer.call('cancelOrder', { params });
    assert.ok(cancelled.updatedAt > order.updatedAt);
    assert.deepEqual(cancelled, { ...order, status: 'cancelled', updatedAt: cancelled.updatedAt });
    const content = await contentOf(site);
    const again = await Promise.all(Array.from({ length: 5 }, () => buyer.call('cancelOrder', { params })));
    for (const answer of [...again, await buyer.call('order', { params })]) assert.deepEqual(answer.order, cancelled);
    assert.equal(await contentOf(site), content);
    assert.deepEqual([await stockOf(rope.slug), await stockOf(lamp.slug)], [10, 3]);
    const movements = await site.database.script(
      `SELECT delta, reason FROM stock_movements WHERE order_id = '${order.id}' ORDER BY id`,
    );
    assert.deepEqual(
      movements.map(({ delta, reason }) => `${String(delta)} ${String(reason)}`),
      ['-4 order', '-3 order', '4 order cancelled', '3 order cancelled'],
    );
  });
});
