import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Order } from '@scale-up/contract';
import type { Reply } from './support/client.ts';
import {
  addProduct,
  isTimestamp,
  newName,
  type Person,
  placeOrder,
  register,
  registerAdmin,
} from './support/people.ts';
import { testSite } from './support/site.ts';

suite('orders', () => {
  const site = testSite();
  let admin: Person;
  let buyer: Person;
  before(async () => {
    [admin, buyer] = [await registerAdmin(site), await register(site)];
  });
  const stockOf = async (slug: string) => (await admin.call('product', { params: { slug } })).product.stock;
  const orderOf = ({ text }: Reply) => (JSON.parse(text) as { order: Order }).order;

  test('a new order has every field of the contract, is where Location says, and reads back equal', async () => {
    const [rope, lamp] = [await addProduct(admin, { price: 1_250 }), await addProduct(admin, { price: 399, stock: 3 })];
    const lines = [
      { product: lamp.slug, quantity: 3 },
      { product: rope.slug, quantity: 2 },
    ];
    const reply = await buyer.attempt('createOrder', { body: { order: { lines } } });
    assert.equal(reply.status, 201);
    const order = orderOf(reply);
    const { id, createdAt, updatedAt, ...rest } = order;
    assert.deepEqual(rest, {
      status: 'placed',
      lines: [
        { ...lines[0], title: lamp.title, unitPrice: 399 },
        { ...lines[1], title: rope.title, unitPrice: 1_250 },
      ],
      total: 3 * 399 + 2 * 1_250,
      currency: 'EUR',
    });
    assert.ok(isTimestamp(createdAt) && createdAt === updatedAt);
    assert.equal(reply.headers.get('location'), `/api/orders/${id}`);
    assert.deepEqual(orderOf(await buyer.send('GET', `/orders/${id}`)), order);
    assert.deepEqual(orderOf(await buyer.send('GET', `/orders/${id.toUpperCase()}`)), order);
    assert.deepEqual(await buyer.call('orders', {}), { orders: [order], ordersCount: 1 });
    assert.deepEqual([await stockOf(lamp.slug), await stockOf(rope.slug)], [0, 8]);
    const movements = await site.database.script(
      `SELECT p.slug AS product, delta, reason, u.username FROM stock_movements m
       JOIN products p ON p.id = product_id JOIN users u ON u.id = created_by WHERE order_id = '${id}' ORDER BY m.id`,
    );
    assert.deepEqual(movements, [
      { product: rope.slug, delta: -2, reason: 'order', username: buyer.username },
      { product: lamp.slug, delta: -3, reason: 'order', username: buyer.username },
    ]);
  });

  test('an order keeps title and price of its time, and leads to the product under its new name', async () => {
    const product = await addProduct(admin, { title: newName('Old'), price: 100 });
    const order = await placeOrder(buyer, { product: product.slug, quantity: 2 });
    const { updatedAt } = (await admin.call('product', { params: { slug: product.slug } })).product;
    assert.equal(updatedAt, product.updatedAt, 'an order is no change of the product');
    const change = { title: newName('New'), price: 999, currency: 'CHF' };
    const { product: changed } = await admin.call('changeProduct', {
      params: { slug: product.slug },
      body: { product: change },
    });
    assert.notEqual(changed.slug, product.slug);
    const lines = [{ ...order.lines[0], product: changed.slug }];
    assert.deepEqual(await buyer.call('order', { params: { id: order.id } }), { order: { ...order, lines } });
  });

  test('a hundred lines of the dearest products are one order with their exact total', async () => {
    const made = await Promise.all(
      Array.from({ length: 100 }, () => addProduct(admin, { price: 100_000_000, stock: 1_000 })),
    );
    const order = await placeOrder(buyer, ...made.map(({ slug }) => ({ product: slug, quantity: 1_000 })));
    assert.equal(order.total, 10_000_000_000_000);
    assert.deepEqual(
      order.lines.map(({ product }) => product),
      made.map(({ slug }) => slug),
    );
    assert.deepEqual((await buyer.call('order', { params: { id: order.id } })).order, order);
  });

  test('orders list newest first, page by page, with the count of all of one’s own', async () => {
    const [one, other] = [await register(site), await register(site)];
    const [rope, lamp] = [await addProduct(admin, { stock: 100 }), await addProduct(admin, { stock: 100 })];
    assert.deepEqual(await one.call('orders', {}), { orders: [], ordersCount: 0 });
    const placed: Order[] = [];
    for (let quantity = 1; quantity <= 7; quantity += 1) {
      const lines = [rope, lamp].map(({ slug }) => ({ product: slug, quantity }));
      placed.unshift(await placeOrder(one, ...lines));
      await placeOrder(other, { product: rope.slug, quantity: 1 });
    }
    for (const [limit, offset] of [
      [20, 0],
      [3, 0],
      [3, 6],
      [100, 7],
    ] as const) {
      const expected = { orders: placed.slice(offset, offset + limit), ordersCount: 7 };
      assert.deepEqual(await one.call('orders', { query: { limit, offset } }), expected);
    }
  });

  test('a product that was ordered cannot be deleted', async () => {
    const { slug } = await addProduct(admin);
    await placeOrder(buyer, { product: slug, quantity: 1 });
    await assert.rejects(site.database.script(`DELETE FROM products WHERE slug = '${slug}'`), /foreign key constraint/);
  });
});
