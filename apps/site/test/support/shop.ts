import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { newName } from './people.ts';

type Shop = { readonly url: string; readonly adminEmail: string; readonly adminPassword: string };
export type NewProduct = { readonly slug: string; readonly title: string };

/** The shop's keeper, who works without a browser. */
export const keeperOf = async ({ url, adminEmail, adminPassword }: Shop) => {
  const send = async (path: string, body: object, token?: string): Promise<unknown> => {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': newName('keeper'),
      ...(token === undefined ? {} : { authorization: `Token ${token}` }),
    };
    const response = await fetch(`${url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response.json();
  };
  const { user } = (await send('/users/login', { user: { email: adminEmail, password: adminPassword } })) as {
    user: { token: string };
  };
  return {
    addProduct: async (title: string, stock: number, currency = 'EUR', price = 1250): Promise<NewProduct> => {
      const product = { title: `${title} ${newName('p')}`, description: 'It holds.', price, currency, stock };
      return ((await send('/products', { product }, user.token)) as { product: NewProduct }).product;
    },
    moveStock: (slug: string, delta: number) =>
      send(`/products/${slug}/stock`, { stock: { delta, reason: 'A count' } }, user.token),
  };
};

export type Keeper = Awaited<ReturnType<typeof keeperOf>>;

export const putIntoBasket = async (page: Page, { slug, title }: NewProduct, quantity = 1): Promise<void> => {
  await page.goto(`/shop/${slug}`);
  await page.getByLabel('Quantity').fill(String(quantity));
  await page.getByRole('button', { name: 'Add to basket' }).click();
  await page.getByText(`${quantity} × ${title} put into the basket.`).waitFor();
};

export const placeOrder = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Place order' }).click();
};

export const basketLink = (page: Page, content: string) =>
  page.getByRole('banner').getByRole('link', { name: `Basket, ${content}`, exact: true });

/** Waits for the page of an order that was just placed. */
export const thanked = async (page: Page): Promise<void> => {
  await page.getByText('Thank you. Your order is placed.').waitFor();
  await page.getByRole('heading', { level: 1, name: /^Order [0-9a-f]{8}$/ }).waitFor();
};

/** How many orders the list of whoever is logged in shows. */
export const countOrders = async (page: Page): Promise<number> => {
  await page.goto('/orders');
  await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor();
  await page.waitForLoadState('networkidle');
  return page.getByRole('link', { name: /^Order [0-9a-f]{8}$/ }).count();
};
