import assert from 'node:assert/strict';
import type { Page, Route } from 'playwright-core';
import { newName, register } from './people.ts';
import { type Keeper, putIntoBasket } from './shop.ts';

export const problem = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ type: `/problems/${code}`, title: 'Not now', status, errors: {} }),
});

/** An answer that never comes. */
export const keepWaiting = async (): Promise<void> => {};

export const assertOneKey = (keys: readonly string[], atLeast: number): void => {
  assert.ok(keys.length >= atLeast, `${keys.length} requests`);
  assert.deepEqual(new Set(keys).size, 1, keys.join(' '));
  assert.notEqual(keys[0], '');
};

/** Somebody new on the basket page, with one thing in it. */
export const buyerAtBasket = async (page: Page, keeper: Keeper): Promise<string> => {
  const name = newName('fay');
  await register(page, name);
  await putIntoBasket(page, await keeper.addProduct('Block', 50), 2);
  await page.goto('/basket');
  await page.getByRole('button', { name: 'Place order' }).waitFor();
  return name;
};

/**
 * Lets a test handle each asking for an order.
 * @param handle gets the number of the request, from 1
 * @returns the keys sent so far
 */
export const onOrdering = async (
  page: Page,
  handle: (route: Route, number: number) => Promise<void>,
): Promise<string[]> => {
  const keys: string[] = [];
  await page.context().route('**/api/orders', (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key'] ?? '');
    return handle(route, keys.length);
  });
  return keys;
};
