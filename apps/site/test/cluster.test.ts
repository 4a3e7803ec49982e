import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { seriousFaults } from './support/axe.ts';
import { ClusterStage, earlier, loss, withoutS1 } from './support/cluster-stage.ts';
import { announced, focusedText, overflow, until } from './support/page-state.ts';
import { logIn, newName, register } from './support/people.ts';
import { keepScreenshot } from './support/screenshots.ts';
import { siteWithVisitors } from './support/visit.ts';

suite('the cluster page', () => {
  const { visit, site } = siteWithVisitors();

  /** The page as an admin sees it, with three servers on a stage. */
  const staged = async (
    t: TestContext,
    look: Parameters<typeof visit>[1] = {},
  ): Promise<{ page: Page; stage: ClusterStage }> => {
    const { page } = await visit(t, look);
    const stage = new ClusterStage();
    t.after(() => stage.stop());
    await stage.takeOver(page);
    await logIn(page, site().adminEmail, site().adminPassword);
    await page.goto('/cluster');
    await page.getByRole('heading', { level: 2, name: 's1' }).waitFor();
    return { page, stage };
  };
  const box = (page: Page, name: string) => page.getByRole('button', { name });

  test('of one machine shows app and its database, live, to an admin who comes from the page’s header', async (t) => {
    const { page } = await visit(t);
    await logIn(page, site().adminEmail, site().adminPassword);
    await page.getByRole('banner').getByRole('link', { name: 'Cluster' }).click();
    await page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor();
    await box(page, 'app on this machine: up').waitFor();
    await box(page, 'PostgreSQL on this machine: up').waitFor();
    await page.getByText('Everything is up.').waitFor();
    const seen = await page.getByText(/^Live, as/).textContent();
    await until(async () => (await page.getByText(/^Live, as/).textContent()) !== seen);
  });

  test('is not there for whoever is no admin, and a guest is asked to log in', async (t) => {
    const { page } = await visit(t);
    await page.goto('/cluster');
    await page.getByRole('heading', { level: 1, name: 'Log in' }).waitFor();
    await register(page, newName('nora'));
    assert.equal(await page.getByRole('link', { name: 'Cluster' }).count(), 0);
    await page.goto('/cluster');
    await page.getByText('404').waitFor();
  });

  test('shows who does what, in words as well as in colours', async (t) => {
    const { page } = await staged(t);
    await page.getByText('held by s1').waitFor();
    assert.match((await box(page, 'PostgreSQL on s2: up').textContent()) ?? '', /primary/);
    assert.match((await box(page, 'PostgreSQL on s3: up').textContent()) ?? '', /standby, 1\.8 kB behind/);
    assert.match((await box(page, 'Valkey on s3: up').textContent()) ?? '', /replica, in step/);
    assert.match((await box(page, 'web 1 on s1: up').textContent()) ?? '', /71 req\/s/);
    assert.equal(await page.getByRole('listitem').filter({ hasText: 'web 1 on s2 is up.' }).count(), 1);
  });

  test('a box opens and closes by keyboard, and its figures are read after it', async (t) => {
    const { page } = await staged(t);
    const web = box(page, 'web 1 on s1: up');
    await web.focus();
    assert.equal(await web.getAttribute('aria-expanded'), 'false');
    await page.keyboard.press('Enter');
    const details = page.getByRole('group', { name: 'web 1 on s1, details' });
    await details.getByText('c07844fa0758').waitFor();
    assert.equal(await web.getAttribute('aria-expanded'), 'true');
    assert.equal(await web.getAttribute('aria-controls'), await details.getAttribute('id'));
    await page.keyboard.press('Tab');
    assert.match(await focusedText(page), /^app 1/);
    await page.keyboard.press('Space');
    await page.getByRole('group', { name: 'app 1 on s1, details' }).waitFor();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await details.waitFor({ state: 'detached' });
  });

  test('a box that is open, and has the focus, stays so while pictures come', async (t) => {
    const { page, stage } = await staged(t);
    const database = box(page, 'PostgreSQL on s3');
    await database.focus();
    await page.keyboard.press('Enter');
    stage.show(withoutS1, [...loss, ...earlier]);
    await page.getByText('s1 is lost.').waitFor();
    assert.match(await focusedText(page), /^PostgreSQL/);
    assert.equal(await database.getAttribute('aria-expanded'), 'true');
  });

  test('a lost server is drawn as lost at once, and said once', async (t) => {
    const { page, stage } = await staged(t);
    const began = performance.now();
    stage.show(withoutS1, [...loss, ...earlier]);
    await page.getByRole('region', { name: 's1' }).getByText('nothing on it answers').waitFor();
    assert.ok(performance.now() - began < 1_000);
    await page.getByText('held by s2').waitFor();
    await box(page, 'web 1 on s1: down').waitFor();
    await box(page, 'web 1 on s3: draining').waitFor();
    await box(page, 'app 1 on s3: impaired').waitFor();
    const said = (await announced(page)).join(' ');
    assert.match(said, /s1 is lost: nothing on it answers\. s2 holds the VIP; before it was s1\./);
    assert.doesNotMatch(said, /web 1 on s2/, 'what was there before is not said');
    await keepScreenshot(page, 'cluster-lost-light');
  });

  test('no news is said, the picture is kept, and goes on by itself', async (t) => {
    const { page, stage } = await staged(t);
    stage.isSilent = true;
    await page.getByText(/^No news for \d+ s, trying again\.$/).waitFor();
    assert.match((await announced(page)).join(' '), /There is no news from the cluster\. Trying again\./);
    assert.equal(await box(page, 'web 1 on s1: up').count(), 1);
    assert.ok(stage.asked > 1, 'it has asked again meanwhile');
    assert.ok(stage.asked < 12, `asked ${stage.asked} times`);
    await keepScreenshot(page, 'cluster-stale-light');
    stage.isSilent = false;
    await page.getByText(/^Live, as/).waitFor();
  });

  test('a stream that ends is asked for again before anybody notices', async (t) => {
    const { page, stage } = await staged(t);
    stage.endStreams();
    await until(async () => stage.asked > 1, 2);
    stage.show(withoutS1);
    await page.getByText('s1 is lost.').waitFor();
    assert.equal(await page.getByText(/^No news/).count(), 0);
  });

  test('a refusal is shown with a way out, and asked again only by hand', async (t) => {
    const { page } = await visit(t);
    await logIn(page, site().adminEmail, site().adminPassword);
    let asked = 0;
    await page.route('**/api/cluster/events', (route) => {
      asked += 1;
      const body = {
        type: '/problems/forbidden',
        title: 'This is not yours to do',
        status: 403,
        errors: { role: ['must be admin'] },
      };
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(body) });
    });
    await page.goto('/cluster');
    await page.getByRole('alert').getByText('This is not yours to do').waitFor();
    assert.equal(asked, 1);
    await page.unroute('**/api/cluster/events');
    await page.getByRole('button', { name: 'Retry' }).click();
    await box(page, 'app on this machine: up').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe finds nothing serious in the ${colorScheme} theme, whatever state is shown`, async (t) => {
      const { page, stage } = await staged(t, { colorScheme });
      await box(page, 'web 1 on s1').click();
      await keepScreenshot(page, `cluster-${colorScheme}`);
      assert.deepEqual(await seriousFaults(page), []);
      stage.show(withoutS1, [...loss, ...earlier]);
      await page.getByText('s1 is lost.').waitFor();
      await keepScreenshot(page, `cluster-lost-${colorScheme}`);
      assert.deepEqual(await seriousFaults(page), []);
    });
  }

  test('it is no wider than a window of 360 pixels', async (t) => {
    const { page, stage } = await staged(t, { width: 360, height: 740 });
    await box(page, 'PostgreSQL on s2').click();
    stage.show(withoutS1, [...loss, ...earlier]);
    await page.getByText('s1 is lost.').waitFor();
    assert.equal(await overflow(page), 0);
    await keepScreenshot(page, 'cluster-360');
    await page.getByRole('contentinfo').getByRole('link', { name: 'Cluster' }).waitFor();
  });
});
