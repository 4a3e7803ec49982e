import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { before, suite, test } from 'node:test';
import { assertOneKey, buyerAtBasket, keepWaiting, onOrdering } from './support/checkout.ts';
import { until } from './support/page-state.ts';
import { type Keeper, basketLink, countOrders, keeperOf, placeOrder, thanked } from './support/shop.ts';
import { siteWithVisitors } from './support/visit.ts';

suite('checkout tabs', () => {
  const { visit, site } = siteWithVisitors();
  let keeper: Keeper;
  before(async () => {
    keeper = await keeperOf(site());
  });

  for (const [kind, script] of [
    ['tabs', ''],
    ['tabs without locks', `Object.defineProperty(navigator, 'locks', { value: undefined })`],
  ] as const) {
    test(`two ${kind} that order the same basket at once place one order`, async (t) => {
      const { page } = await visit(t);
      await page.context().addInitScript(script);
      await buyerAtBasket(page, keeper);
      const other = await page.context().newPage();
      await other.goto('/basket');
      await other.getByRole('button', { name: 'Place order' }).waitFor();
      const keys = await onOrdering(page, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        await route.continue();
      });
      // Found before, and clicked without waiting: the first click disables the other tab's button within milliseconds.
      const buttons = [page, other].map((tab) => tab.getByRole('button', { name: 'Place order' }).elementHandle());
      const found = await Promise.all(buttons);
      await Promise.all(found.map((button) => button?.dispatchEvent('click')));
      const told = /Thank you. Your order is placed.|Your order was placed in another tab./;
      await Promise.all([page.getByText(told).waitFor(), other.getByText(told).waitFor()]);
      assertOneKey(keys, 1);
      assert.equal(await countOrders(page), 1);
      await basketLink(other, 'empty').waitFor();
    });
  }

  test('when the tab that waits for an answer is closed, another one goes on under the same key', async (t) => {
    const { page } = await visit(t);
    await buyerAtBasket(page, keeper);
    const other = await page.context().newPage();
    await other.goto('/basket');
    let sender: Page | undefined;
    const keys = await onOrdering(page, (route, number) => {
      if (number > 1) return route.continue();
      sender = route.request().frame().page();
      return keepWaiting();
    });
    await placeOrder(page);
    for (const tab of [page, other]) await tab.getByRole('button', { name: 'Placing your order …' }).waitFor();
    await until(async () => keys.length === 1);
    // The tab that did not begin it may be the first to have the lock.
    const [waiting, next] = sender === page ? [page, other] : [other, page];
    await waiting.close();
    await thanked(next);
    assertOneKey(keys, 2);
    assert.equal(await countOrders(next), 1);
  });
});
