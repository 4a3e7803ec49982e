import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { article, logIn, newName, publish, register } from './support/people.ts';
import { hasFocus } from './support/page-state.ts';
import { siteWithVisitors } from './support/visit.ts';

suite('accounts', () => {
  const { visit, site } = siteWithVisitors();

  test('someone registers, writes, comments, favours an article and logs out', async (t) => {
    const { page } = await visit(t);
    const name = newName('anna');
    const title = `Splices ${name}`;
    await register(page, name);
    await publish(page, { title, body: 'A splice is **stronger** than a knot.', tags: ['splices', name] });
    assert.equal(await page.title(), `${title} — Halyard`);
    await page.getByText('stronger').and(page.locator('strong')).waitFor();

    await page.getByLabel('Your comment').fill('First.');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByRole('heading', { name: 'One comment' }).waitFor();
    assert.equal(await page.getByLabel('Your comment').inputValue(), '');

    await page.getByRole('button', { name: `Favourite “${title}”, 0 so far` }).click();
    const favorite = page.getByRole('button', { name: `Favourite “${title}”, 1 so far` });
    await favorite.waitFor();
    assert.equal(await favorite.getAttribute('aria-pressed'), 'true');

    await page.goto(`/profile/${name}/favorites`);
    await article(page, title).waitFor();

    await page.goto('/settings');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    await page.getByRole('heading', { level: 1, name: 'A journal of things that hold.' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    await page.goto('/feed');
    await page.waitForURL(/\/login\?next=%2Ffeed$/);
  });

  test('an author edits and deletes an article, and a commenter deletes a comment', async (t) => {
    const { page } = await visit(t);
    const name = newName('bea');
    const title = `Hitches ${name}`;
    await register(page, name);
    await publish(page, { title });
    await page.getByLabel('Your comment').fill('Soon gone.');
    await page.getByRole('button', { name: 'Post comment' }).click();
    await page.getByRole('button', { name: 'Delete comment' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('Nobody has said anything yet.').waitFor();

    await page.getByRole('link', { name: 'Edit article' }).click();
    await page.getByLabel('What it is about').fill('Changed.');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Changed.').waitFor();
    const address = page.url();

    await page.getByRole('button', { name: 'Delete article' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click();
    await page.waitForURL('**/');
    await page.goto(address);
    await page.getByRole('heading', { name: 'This article is not here' }).waitFor();
  });

  test('a reader follows an author and finds the author’s articles in the feed', async (t) => {
    const writer = await visit(t);
    const author = newName('cleo');
    await register(writer.page, author);
    await publish(writer.page, { title: `Winches ${author}` });

    const { page, go } = await visit(t);
    await register(page, newName('dora'));
    await go('/feed');
    await page.getByText('Nothing in your feed yet').waitFor();
    await go(`/profile/${author}`);
    await page.getByRole('button', { name: `Follow ${author}` }).click();
    await page.getByRole('button', { name: `Unfollow ${author}` }).waitFor();
    await go('/feed');
    await article(page, `Winches ${author}`).waitFor();
  });

  test('a wrong password is said at once, and what was typed stays', async (t) => {
    const { page, go } = await visit(t);
    await go('/login');
    await page.getByLabel('E-mail').fill(site().customerEmail);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
    assert.equal(await page.getByLabel('E-mail').inputValue(), site().customerEmail);
    assert.equal(await page.getByLabel('Password').inputValue(), 'not the password');
  });

  test('each wrong field of a form carries its own message, and the first has the focus', async (t) => {
    const { page, go } = await visit(t);
    await go('/register');
    await page.getByLabel('E-mail').fill(`${newName('eve')}@example.com`);
    await page.getByLabel('Password').fill('a long enough password');
    await page.getByRole('button', { name: 'Register' }).click();
    const username = page.getByLabel('Username');
    await page.getByText("Username can't be blank.").waitFor();
    assert.equal(await username.getAttribute('aria-invalid'), 'true');
    assert.ok(await hasFocus(username));
    const description = await username.getAttribute('aria-describedby');
    assert.equal(await page.locator(`[id="${description}"]`).innerText(), "Username can't be blank.");
  });

  test('settings are saved and shown everywhere, and a picture from elsewhere is not loaded', async (t) => {
    const { page, go } = await visit(t);
    const name = newName('finn');
    await register(page, name);
    await go('/settings');
    await page.getByLabel('Picture').fill('https://elsewhere.example/me.png');
    await page.getByLabel('About you').fill('Mends nets.');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await page.getByText('Mends nets.').waitFor();
    assert.equal(await page.locator('img[src*="elsewhere"]').count(), 0);
  });

  test('a session that the server no longer accepts ends with a message', async (t) => {
    const { page, go } = await visit(t);
    await logIn(page, site().customerEmail, site().customerPassword);
    await page.evaluate(`{
      const kept = JSON.parse(localStorage.getItem('halyard.session'));
      localStorage.setItem('halyard.session', JSON.stringify({ ...kept, token: kept.token.slice(0, -6) + 'AAAAAA' }));
    }`);
    await go('/');
    await page.getByText('Your session has ended. Please log in again.').waitFor();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
  });
});
