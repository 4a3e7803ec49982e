import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newName, publish, register } from './support/people.ts';
import { siteWithVisitors } from './support/visit.ts';

const unavailable = {
  status: 503,
  headers: { 'content-type': 'application/problem+json', 'retry-after': '20' },
  body: JSON.stringify({ type: '/problems/unavailable', title: 'Not available just now', status: 503, errors: {} }),
};

suite('faults', () => {
  const { visit } = siteWithVisitors();

  test('a reader who goes offline is told so, and the page comes by itself once the network is back', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    await page.context().setOffline(true);
    await page.getByRole('status').getByText('You are offline').waitFor();
    await page.getByRole('navigation', { name: 'Tags' }).getByRole('link').first().click();
    await page.getByRole('alert').getByText('The site cannot be reached').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('article').first().waitFor();
    await page.getByRole('status').getByText('You are offline').waitFor({ state: 'detached' });
  });

  test('a server that asks for patience is quoted, and Retry asks again', async (t) => {
    const { page, go } = await visit(t);
    await page.route('**/api/articles?**', (route) => route.fulfill(unavailable));
    await go('/');
    await page.getByRole('alert').getByText('Not available just now').waitFor();
    await page.getByText('The server asks for 20 s of patience').waitFor();
    await page.unroute('**/api/articles?**');
    await page.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('article').first().waitFor();
  });

  test('short faults are waited out without a word', async (t) => {
    const { page, go } = await visit(t);
    let faults = 0;
    await page.route('**/api/articles?**', async (route) => {
      faults += 1;
      if (faults <= 2) await route.abort('connectionreset');
      else await route.continue();
    });
    await go('/');
    await page.getByRole('article').first().waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
  });

  test('a slow answer is said to be on its way', async (t) => {
    const { page } = await visit(t);
    await page.route('**/api/articles?**', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 3_500));
      await route.continue();
    });
    await page.goto('/');
    await page.getByText('Still working on it').waitFor();
    await page.getByRole('article').first().waitFor();
    await page.getByText('Still working on it').waitFor({ state: 'detached' });
  });

  test('a comment whose answer got lost is sent again under the same key, and posted once', async (t) => {
    const { page } = await visit(t);
    await register(page, newName('mia'));
    await publish(page, { title: `Twice ${newName('t')}` });
    const keys: (string | undefined)[] = [];
    await page.route('**/comments', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.continue();
      // It is done; only its answer does not arrive.
      assert.equal((await route.fetch()).status(), 201);
      return route.abort('connectionreset');
    });
    await page.getByLabel('Your comment').fill('Said once.');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByRole('heading', { name: 'One comment' }).waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    await page.reload();
    await page.getByRole('heading', { name: 'One comment' }).waitFor();
  });

  test('a page whose code is gone since a deploy is loaded anew', async (t) => {
    const { page, go } = await visit(t, { expected: /404.*shop-.*js$/ });
    await go('/');
    let loads = 0;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) loads += 1;
    });
    await page.route('**/assets/shop-*.js', (route) =>
      loads === 0 ? route.fulfill({ status: 404 }) : route.continue(),
    );
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Shop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Shop' }).waitFor();
    await page.locator('.product-card').first().waitFor();
    assert.equal(loads, 1);
  });

  test('what was written while the network is away stays, and can be sent once it is back', async (t) => {
    const { page } = await visit(t);
    await register(page, newName('ole'));
    await publish(page, { title: `Offline ${newName('o')}` });
    await page.getByText('Nobody has said anything yet.').waitFor();
    await page.context().setOffline(true);
    await page.getByLabel('Your comment').fill('Written at sea.');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
    assert.equal(await page.getByLabel('Your comment').inputValue(), 'Written at sea.');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByRole('heading', { name: 'One comment' }).waitFor();
  });

  test('a form pressed twice is sent once', async (t) => {
    const { page, go } = await visit(t);
    const name = newName('nia');
    let sent = 0;
    await page.route('**/api/users', async (route) => {
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await go('/register');
    await page.getByLabel('Username').fill(name);
    await page.getByLabel('E-mail').fill(`${name}@example.com`);
    await page.getByLabel('Password').fill('a long enough password');
    await page.getByRole('button', { name: 'Register' }).dblclick();
    await page.getByRole('link', { name: `Your profile, ${name}` }).waitFor();
    assert.equal(sent, 1);
  });
});
