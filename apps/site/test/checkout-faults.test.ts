import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { assertOneKey, buyerAtBasket, keepWaiting, onOrdering, problem } from './support/checkout.ts';
import { announced, focusedText, until } from './support/page-state.ts';
import { newName, register } from './support/people.ts';
import { keepScreenshot } from './support/screenshots.ts';
import { type Keeper, basketLink, countOrders, keeperOf, placeOrder, thanked } from './support/shop.ts';
import { siteWithVisitors } from './support/visit.ts';

suite('checkout faults', () => {
  const { visit, site } = siteWithVisitors();
  let keeper: Keeper;
  before(async () => {
    keeper = await keeperOf(site());
  });

  test('an answer that is lost after the order was placed is asked for under the same key, and is one order', async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    const keys = await onOrdering(page, async (route, number) => {
      if (number > 2) return route.continue();
      await route.fetch();
      await route.abort('connectionreset');
    });
    await placeOrder(page);
    await thanked(page);
    assertOneKey(keys, 3);
    assert.equal(await countOrders(page), 1);
  });

  test('a reload in the middle of a late checkout takes it up under the same key', async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    const keys = await onOrdering(page, async (route, number) => {
      if (number > 1) return route.continue();
      await route.fetch();
      await keepWaiting();
    });
    await placeOrder(page);
    await page.getByRole('status').getByText('Still working on it').waitFor();
    assert.ok((await announced(page)).some((text) => text.includes('Still working on it')));
    await page.reload();
    await thanked(page);
    assertOneKey(keys, 2);
    await basketLink(page, 'empty').waitFor();
    assert.equal(await countOrders(page), 1);
  });

  test('a checkout is taken up on whichever page is opened, which stays', async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    const keys = await onOrdering(page, (route, number) => (number > 1 ? route.continue() : keepWaiting()));
    await placeOrder(page);
    await until(async () => keys.length === 1);
    await page.goto('/shop');
    await page.getByText('Thank you. Your order is placed.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
    assertOneKey(keys, 2);
  });

  test('a twin under way and a server that is away are waited out, and the basket is locked meanwhile', async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    const keys = await onOrdering(page, (route, number) => {
      if (number === 1) return route.fulfill(problem(409, 'write-under-way', { 'retry-after': '1' }));
      if (number === 2) return route.fulfill(problem(503, 'unavailable'));
      return number === 3 ? route.fulfill(problem(500, 'internal-error')) : route.continue();
    });
    await placeOrder(page);
    await page.getByRole('button', { name: 'Placing your order …' }).waitFor();
    await page.getByText('The answer is late.').waitFor();
    await keepScreenshot(page, 'basket-late');
    await page.getByRole('button', { name: /^One more of/ }).click({ force: true });
    await page.getByRole('button', { name: /^Remove/ }).click({ force: true });
    await basketLink(page, '2 items').waitFor();
    await thanked(page);
    assertOneKey(keys, 4);
    await page.getByText('2 × €12.50').waitFor();
  });

  test('who stops waiting keeps the key, and asks again with it later', async (t) => {
    const { page } = await visit(t, { colorScheme: 'dark', width: 360, height: 740 });
    await buyerAtBasket(page, keeper);
    let isAway = true;
    const keys = await onOrdering(page, (route) =>
      isAway ? route.fulfill(problem(503, 'unavailable')) : route.continue(),
    );
    await placeOrder(page);
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await page.getByText('There is no answer yet whether your order was placed.').waitFor();
    await page.getByText('Still working on it').waitFor({ state: 'detached' });
    await keepScreenshot(page, 'basket-paused-360-dark');
    assert.equal(await focusedText(page), 'Ask again');
    const asked = keys.length;
    isAway = false;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(keys.length, asked);
    await page.getByRole('button', { name: 'Ask again' }).click();
    await thanked(page);
    assertOneKey(keys, asked + 1);
    assert.equal(await countOrders(page), 1);
  });

  test('an order made offline goes through once the network is back', async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    await page.context().setOffline(true);
    await placeOrder(page);
    await page.getByRole('status').getByText('You are offline').waitFor();
    await page.getByText('The answer is late.').waitFor();
    await page.context().setOffline(false);
    await thanked(page);
    assert.equal(await countOrders(page), 1);
  });

  test('a session that ends in the middle keeps the checkout until its buyer has logged in again', async (t) => {
    const { page } = await visit(t);
    const name = await buyerAtBasket(page, keeper);
    const keys = await onOrdering(page, (route, number) =>
      number === 1 ? route.fulfill(problem(401, 'unauthorized')) : route.continue(),
    );
    await placeOrder(page);
    await page.getByText('An order that was begun here has no answer yet.').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('E-mail').fill(`${name}@example.com`);
    await page.getByLabel('Password').fill('a long enough password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByText('Thank you. Your order is placed.').waitFor();
    assertOneKey(keys, 2);
    assert.equal(await countOrders(page), 1);
  });

  test("another's unfinished checkout is not sent by whoever logs in next, and can be given up", async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    const keys = await onOrdering(page, (route) => route.fulfill(problem(500, 'internal-error')));
    await placeOrder(page);
    await page.getByRole('button', { name: 'Stop waiting' }).click();
    await page.goto('/settings');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
    const asked = keys.length;
    await register(page, newName('hal'));
    await page.goto('/basket');
    await page.getByText('Somebody else began an order here').waitFor();
    await page.getByRole('button', { name: 'Give it up' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Give it up' }).click();
    await page.getByRole('button', { name: 'Place order' }).waitFor();
    assert.equal(keys.slice(asked).length, 0);
  });
});
