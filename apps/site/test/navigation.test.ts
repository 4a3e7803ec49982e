import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newName, publish, register } from './support/people.ts';
import { announced, focusedTag, focusedText, scrollTo, scrolledTo, until } from './support/page-state.ts';
import { siteWithVisitors } from './support/visit.ts';

suite('navigation', () => {
  const { visit } = siteWithVisitors();

  test('every address can be opened directly and reloaded', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    const link = page.getByRole('article').getByRole('heading').getByRole('link').first();
    const title = await link.innerText();
    await link.click();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await go('/no/such/page');
    await page.getByRole('heading', { level: 1, name: 'This page is not here' }).waitFor();
    assert.equal(await page.title(), 'This page is not here — Halyard');
  });

  test('going back leads to where the page was left, also after a reload', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    await scrollTo(page, 1500);
    await page.getByRole('article').getByRole('heading').getByRole('link').nth(8).click();
    await page.locator('.prose').first().waitFor();
    assert.equal(await scrolledTo(page), 0);
    await page.goBack();
    await until(async () => (await scrolledTo(page)) > 1000);
    const top = await scrolledTo(page);
    const isBack = async (): Promise<boolean> => Math.abs((await scrolledTo(page)) - top) < 3;
    await page.goForward();
    await page.locator('.standfirst').waitFor();
    await page.goBack();
    await until(isBack);
    await page.reload();
    await until(isBack);
  });

  test('after a navigation the heading has the focus and the page is announced', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Shop' }).click();
    await until(async () => (await focusedTag(page)) === 'H1');
    assert.equal(await focusedText(page), 'Shop');
    assert.ok((await announced(page)).includes('Shop'));
    assert.equal(await page.title(), 'Shop — Halyard');
  });

  test('the skip link leads past the header', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    await page.keyboard.press('Tab');
    assert.equal(await focusedText(page), 'Skip to content');
    await page.keyboard.press('Enter');
    assert.equal(await focusedTag(page), 'MAIN');
  });

  test('articles come twenty a page, and tags narrow them down', async (t) => {
    const { page, go } = await visit(t);
    await go('/');
    assert.equal(await page.getByRole('article').count(), 20);
    const second = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Page 2' });
    await second.click();
    await page.waitForURL('**/?page=2');
    await page.getByRole('heading', { level: 1, name: 'All articles, page 2' }).waitFor();
    await page.reload();
    await page.getByRole('article').first().waitFor();
    assert.equal(await second.getAttribute('aria-current'), 'page');

    const tags = page.getByRole('navigation', { name: 'Tags' });
    const tag = await tags.getByRole('link').first().innerText();
    await tags.getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: `Articles on ${tag}` }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('tag'), tag);
    await page.getByRole('article').first().waitFor();
    const all = await page.getByRole('article').count();
    const tagged = page
      .getByRole('article')
      .filter({ has: page.getByRole('listitem').getByText(tag, { exact: true }) });
    assert.equal(await tagged.count(), all);
    await go('/?page=999');
    await page.getByText('There is no page 999.').waitFor();
  });

  test('the whole way from the front page to a comment can be gone with the keyboard', async (t) => {
    const { page, go } = await visit(t);
    const name = newName('kim');
    const title = `Belaying ${name}`;
    await register(page, name);
    await publish(page, { title });
    await go('/');
    const tabTo = async (text: string): Promise<void> => {
      for (let presses = 0; presses < 150; presses += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one keyboard
        await page.keyboard.press('Tab');
        // oxlint-disable-next-line no-await-in-loop -- one keyboard
        if ((await focusedText(page)) === text) return;
      }
      assert.fail(`"${text}" cannot be reached with the keyboard`);
    };
    await tabTo(title);
    assert.notEqual(await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle'), 'none');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await tabTo(`Favourite “${title}”, 0 so far`);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: `Favourite “${title}”, 1 so far` }).waitFor();
    for (let presses = 0; presses < 30 && (await focusedTag(page)) !== 'TEXTAREA'; presses += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one keyboard
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type('Held.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Held.').waitFor();
    await tabTo('Delete comment');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await focusedText(page), 'Delete comment');
  });
});
