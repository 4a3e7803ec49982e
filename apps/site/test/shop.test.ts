import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { logIn, newName } from './support/people.ts';
import { siteWithVisitors } from './support/visit.ts';

suite('shop', () => {
  const { visit, site } = siteWithVisitors();

  test('an admin adds a product, moves its stock, edits it, and every visitor sees it', async (t) => {
    const { page, go } = await visit(t);
    const title = `Marlinspike ${newName('m')}`;
    await logIn(page, site().adminEmail, site().adminPassword);
    await go('/shop');
    await page.getByRole('link', { name: 'New product' }).click();
    await page.getByLabel('Title').fill(title);
    await page.getByLabel('Description').fill('Steel, *polished*.');
    await page.getByLabel('Price').fill('12.5');
    await page.getByLabel('Stock').fill('4');
    await page.getByLabel('Tags', { exact: true }).fill('tools');
    await page.getByRole('button', { name: 'Add product' }).click();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByText('€12.50').waitFor();
    await page.getByText('Only 4 left').waitFor();

    await page.getByLabel('Change').fill('-5');
    await page.getByLabel('Reason').fill('Broken in transit');
    await page.getByRole('button', { name: 'Move stock' }).click();
    await page.getByText('Only 4 left.', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Stock: 4' }).waitFor();

    await page.getByLabel('Change').fill('20');
    await page.getByRole('button', { name: 'Move stock' }).click();
    await page.getByRole('heading', { name: 'Stock: 24' }).waitFor();

    await page.getByRole('link', { name: 'Edit product' }).click();
    assert.equal(await page.getByLabel('Price').inputValue(), '12.50');
    await page.getByLabel('Price').fill('13');
    await page.getByRole('button', { name: 'Save product' }).click();
    await page.getByText('€13.00').waitFor();

    const guest = await visit(t);
    await guest.go(new URL(page.url()).pathname);
    await guest.page.getByRole('heading', { level: 1, name: title }).waitFor();
    await guest.page.getByText('In stock').waitFor();
    assert.equal(await guest.page.getByRole('button', { name: 'Move stock' }).count(), 0);
  });

  test('a price that is no amount is refused at its field', async (t) => {
    const { page, go } = await visit(t);
    await logIn(page, site().adminEmail, site().adminPassword);
    await go('/shop/new');
    await page.getByLabel('Price').fill('twelve');
    await page.getByRole('button', { name: 'Add product' }).click();
    await page.getByText('Price must be an amount, such as 12.50.').waitFor();
    assert.equal(await page.getByLabel('Price').getAttribute('aria-invalid'), 'true');
  });

  test('searching and choosing a tag narrow the shop down, and the address keeps both', async (t) => {
    const { page, go } = await visit(t);
    await go('/shop');
    await page.getByRole('searchbox', { name: 'Search the shop' }).fill('rope');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL('**/shop?q=rope');
    await page.getByRole('list', { name: 'Narrow down by tag' }).getByRole('link', { name: 'rope' }).click();
    await page.waitForURL('**/shop?q=rope&tag=rope');
    await page.reload();
    assert.equal(await page.getByRole('searchbox').inputValue(), 'rope');
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    await page.getByRole('searchbox').fill('no such thing whatsoever');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Nothing in the shop matches').waitFor();
  });

  test('who is no admin finds no form for products', async (t) => {
    const { page, go } = await visit(t);
    await logIn(page, site().customerEmail, site().customerPassword);
    await go('/shop/new');
    await page.getByRole('heading', { level: 1, name: 'This page is not here' }).waitFor();
  });
});
