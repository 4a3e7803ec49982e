import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { Order, Product } from '@scale-up/contract';
import { type Reply, tally } from './support/client.ts';
import { addProduct, type Person, registerAdmin, registerMany } from './support/people.ts';
import { randomFrom } from './support/random.ts';
import { testSite } from './support/site.ts';

const seed = 20_261_123;
const operations = 200;
const atOnce = 40;

suite('the stock that orders take', () => {
  const site = testSite();
  let admin: Person;
  before(async () => {
    admin = await registerAdmin(site);
  });
  const addProducts = (howMany: number, stock: number): Promise<Product[]> =>
    Promise.all(Array.from({ length: howMany }, () => addProduct(admin, { stock })));
  const order = (buyer: Person, lines: { product: string; quantity: number }[]) =>
    buyer.attempt('createOrder', { body: { order: { lines } } });
  const stockOf = async ({ slug }: Product) => (await admin.call('product', { params: { slug } })).product.stock;

  /** How many products and orders contradict their movements and lines. */
  const contradictions = async () => ({
    movements: await site.count(`SELECT count(*) FROM products p WHERE stock <> initial_stock +
      (SELECT coalesce(sum(delta), 0) FROM stock_movements m WHERE m.product_id = p.id)`),
    lines: await site.count(`SELECT count(*) FROM products p WHERE stock + (
        SELECT coalesce(sum(quantity), 0) FROM order_lines JOIN orders o ON o.id = order_id
        WHERE product_id = p.id AND status = 'placed'
      ) <> initial_stock + (SELECT coalesce(sum(delta), 0) FROM stock_movements m WHERE product_id = p.id AND order_id IS NULL)`),
    totals: await site.count(`SELECT count(*) FROM orders o WHERE total IS DISTINCT FROM
      (SELECT sum(quantity * unit_price) FROM order_lines WHERE order_id = o.id)`),
    orders: await site.count(`SELECT count(*) FROM orders o WHERE
      (SELECT coalesce(sum(delta), 0) FROM stock_movements WHERE order_id = o.id) <>
      CASE status WHEN 'placed' THEN -(SELECT sum(quantity) FROM order_lines WHERE order_id = o.id) ELSE 0 END`),
  });
  const none = { movements: 0, lines: 0, totals: 0, orders: 0 };

  test('of sixty who buy one unit of twenty at once, exactly twenty get it and the stock is 0', async () => {
    const [product] = (await addProducts(1, 20)) as [Product];
    const buyers = await registerMany(site, 60);
    const replies = await Promise.all(buyers.map((buyer) => order(buyer, [{ product: product.slug, quantity: 1 }])));
    assert.deepEqual(tally(replies), { 201: 20, 409: 40 });
    for (const { status, text } of replies) if (status === 409) assert.match(text, /"only 0 left"/);
    assert.equal(await stockOf(product), 0);
    assert.deepEqual(await contradictions(), none);
  });

  test('orders of the same products in opposite orders never wait for each other in a circle', async () => {
    const products = await addProducts(6, 1_000);
    const buyers = await registerMany(site, 10);
    const lines = products.map(({ slug }) => ({ product: slug, quantity: 1 }));
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        order(buyers[index % 10] as Person, index % 2 === 0 ? lines : lines.toReversed()),
      ),
    );
    assert.deepEqual(tally(replies), { 201: 60 });
    assert.deepEqual(await Promise.all(products.map(stockOf)), Array<number>(6).fill(940));
  });

  test('of ten who cancel one order at once, all get the same answer and the stock comes back once', async () => {
    const [product] = (await addProducts(1, 5)) as [Product];
    const [buyer] = (await registerMany(site, 1)) as [Person];
    const placed = await order(buyer, [{ product: product.slug, quantity: 5 }]);
    const { id } = (JSON.parse(placed.text) as { order: Order }).order;
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => buyer.attempt('cancelOrder', { params: { id } })),
    );
    assert.deepEqual(tally(replies), { 200: 10 });
    assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
    assert.equal(await stockOf(product), 5);
  });

  test(`after ${operations} orders, cancellations and stock changes, ${atOnce} at once (seed ${seed}), every sum is right`, async (t) => {
    const random = randomFrom(seed);
    const products = await addProducts(5, 30);
    const buyers = await registerMany(site, 10);
    const placed: { buyer: Person; id: string }[] = [];
    const quantities = [1, 2, 3, 5, 8];
    const one = async (): Promise<Reply> => {
      if (random.chance(0.3) && placed.length > 0) {
        const { buyer, id } = random.pick(placed);
        return buyer.attempt('cancelOrder', { params: { id } });
      }
      if (random.chance(0.25)) {
        const stock = { delta: random.pick([-4, -1, 3, 6]), reason: 'counted' };
        return admin.attempt('changeStock', { params: { slug: random.pick(products).slug }, body: { stock } });
      }
      const buyer = random.pick(buyers);
      const chosen = products.filter(() => random.chance(0.5)).map(({ slug }) => slug);
      if (chosen.length === 0) chosen.push(random.pick(products).slug);
      if (random.chance(0.5)) chosen.reverse();
      const reply = await order(
        buyer,
        chosen.map((product) => ({ product, quantity: random.pick(quantities) })),
      );
      if (reply.status === 201) placed.push({ buyer, id: (JSON.parse(reply.text) as { order: Order }).order.id });
      return reply;
    };
    const replies: Reply[] = [];
    const worker = async (): Promise<void> => {
      for (let turn = 0; turn < operations / atOnce; turn += 1) replies.push(await one());
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const statuses = tally(replies);
    t.diagnostic(`answers by status: ${JSON.stringify(statuses)}`);
    assert.deepEqual(Object.keys(statuses), ['200', '201', '409']);
    assert.equal(statuses[201], placed.length);
    assert.deepEqual(await contradictions(), none);
    for (const { buyer, id } of placed) assert.equal((await buyer.call('order', { params: { id } })).order.id, id);
  });
});
