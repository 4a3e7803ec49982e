import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { seriousFaults } from './support/axe.ts';
import { logIn } from './support/people.ts';
import { overflow } from './support/page-state.ts';
import { placeOrder, putIntoBasket, thanked } from './support/shop.ts';
import { keepScreenshot } from './support/screenshots.ts';
import { siteWithVisitors } from './support/visit.ts';

type Stop = { name: string; path: string };

const firstLink = (page: Page): Promise<string | null> =>
  page.locator('main h2 a, main .product-card a').first().getAttribute('href');

suite('every page', () => {
  const { visit, site } = siteWithVisitors();

  /** The addresses of all pages; of an article and a product, the first ones listed. */
  const stopsOf = async (page: Page): Promise<{ guest: Stop[]; admin: Stop[] }> => {
    await page.goto('/');
    await page.getByRole('article').first().waitFor();
    const article = (await firstLink(page)) ?? '';
    const author = (await page.locator('.byline a').first().getAttribute('href')) ?? '';
    await page.goto('/shop');
    await page.locator('.product-card').first().waitFor();
    const product = (await firstLink(page)) ?? '';
    return {
      guest: [
        { name: 'home', path: '/' },
        { name: 'home-page-2', path: '/?page=2' },
        { name: 'article', path: article },
        { name: 'profile', path: author },
        { name: 'profile-favourites', path: `${author}/favorites` },
        { name: 'login', path: '/login' },
        { name: 'register', path: '/register' },
        { name: 'shop', path: '/shop' },
        { name: 'shop-nothing-found', path: '/shop?q=nothingofthekind' },
        { name: 'product', path: product },
        { name: 'basket-empty', path: '/basket' },
        { name: 'not-found', path: '/nowhere' },
      ],
      admin: [
        { name: 'home-logged-in', path: '/' },
        { name: 'feed', path: '/feed' },
        { name: 'article-logged-in', path: article },
        { name: 'editor', path: '/editor' },
        { name: 'settings', path: '/settings' },
        { name: 'product-admin', path: product },
        { name: 'product-new', path: '/shop/new' },
        { name: 'product-edit', path: `${product}/edit` },
        { name: 'orders-empty', path: '/orders' },
      ],
    };
  };

  /** Looks at every page: as a guest, then with things in the basket, then logged in, then with an order placed. */
  const walk = async (page: Page, look: (stop: Stop) => Promise<void>): Promise<void> => {
    const { guest, admin } = await stopsOf(page);
    for (const stop of guest) await look(stop);
    const things = await page.evaluate<{ slug: string; title: string }[]>(
      `fetch('/api/products').then(async (answer) => (await answer.json()).products.filter(({ stock }) => stock > 2))`,
    );
    for (const thing of things.slice(0, 3)) await putIntoBasket(page, thing, 2);
    await look({ name: 'basket', path: '/basket' });
    await logIn(page, site().adminEmail, site().adminPassword);
    for (const stop of admin) await look(stop);
    await page.goto('/basket');
    await placeOrder(page);
    await thanked(page);
    await look({ name: 'order', path: new URL(page.url()).pathname });
    await look({ name: 'orders', path: '/orders' });
  };

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing serious on any page in the ${colorScheme} theme`, async (t) => {
      const { page, go } = await visit(t, { colorScheme });
      const found: string[] = [];
      await walk(page, async ({ name, path }) => {
        await go(path);
        await page.locator('h1').waitFor();
        found.push(...(await seriousFaults(page)).map((fault) => `${name}: ${fault}`));
        await keepScreenshot(page, `${name}-${colorScheme}`);
      });
      assert.deepEqual(found, []);
    });
  }

  test('no page is wider than a window of 360 pixels', async (t) => {
    const { page, go } = await visit(t, { width: 360, height: 740 });
    const wide: string[] = [];
    await walk(page, async ({ name, path }) => {
      await go(path);
      const pixels = await overflow(page);
      if (pixels > 0) wide.push(`${name} by ${pixels} pixels`);
      await keepScreenshot(page, `${name}-360`);
    });
    assert.deepEqual(wide, []);
  });

  test('every page has one h1, a title of its own and named landmarks', async (t) => {
    const { page, go } = await visit(t);
    const { guest } = await stopsOf(page);
    const titles = new Map<string, string>();
    for (const { name, path } of guest) {
      // oxlint-disable-next-line no-await-in-loop -- one page after the other
      await go(path);
      // oxlint-disable-next-line no-await-in-loop -- one page after the other
      assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, name);
      // oxlint-disable-next-line no-await-in-loop -- one page after the other
      titles.set(await page.title(), name);
    }
    assert.equal(titles.size, guest.length, `titles: ${[...titles.keys()].join(' · ')}`);
    await page.getByRole('banner').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.getByRole('main').waitFor();
    await page.getByRole('contentinfo').waitFor();
  });
});
