import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { siteWithVisitors } from './support/visit.ts';

const budget = 60_000;

suite('first page', () => {
  const { visit } = siteWithVisitors();

  test('the front page loads at most 60 kB of JavaScript, compressed', async (t) => {
    const { page, go } = await visit(t);
    const bodies: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (/javascript/.test(response.headers()['content-type'] ?? '')) bodies.push(response.body());
    });
    await go('/');
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    t.diagnostic(`${total} bytes in ${sizes.length} files`);
    assert.ok(sizes.length > 0);
    assert.ok(total <= budget, `${total} bytes`);
  });

  test('the theme that someone chose is there before the first paint of the next visit', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    await page.getByRole('button', { name: 'Use the dark theme' }).click();
    await page.reload({ waitUntil: 'commit' });
    await page.getByRole('button', { name: 'Use the light theme' }).waitFor();
    assert.equal(await page.evaluate('getComputedStyle(document.documentElement).colorScheme'), 'dark');
  });
});
