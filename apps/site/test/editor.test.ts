import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { newName, publish, register } from './support/people.ts';
import { hasFocus } from './support/page-state.ts';
import { siteWithVisitors } from './support/visit.ts';

const hostile = [
  '<script>window.hurt = 1</script>',
  '<img src=x onerror="window.hurt = 1">',
  '[click](javascript:window.hurt=1)',
  '![tracked](https://elsewhere.example/pixel.png)',
  '<p style="position:fixed">styled</p>',
  '<svg onload="window.hurt = 1"></svg>',
  '**bold** and [a link](https://elsewhere.example/)',
].join('\n\n');

suite('editor', () => {
  const { visit } = siteWithVisitors();

  test('the preview shows the text as it will look', async (t) => {
    const { page, go } = await visit(t);
    await register(page, newName('gil'));
    await go('/editor');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('# Rope\n\n- one\n- two');
    await page.getByRole('button', { name: 'Preview' }).click();
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('heading', { level: 2, name: 'Rope' }).waitFor();
    assert.equal(await preview.getByRole('listitem').count(), 2);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('textbox', { name: 'Text', exact: true }).waitFor();
  });

  test('a hostile text does nothing, in the preview and when published', async (t) => {
    const { page, go } = await visit(t);
    await register(page, newName('hal'));
    await go('/editor');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill(hostile);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('bold').and(page.locator('strong')).waitFor();
    page.on('dialog', (dialog) => void dialog.accept());
    await publish(page, { title: `Hostile ${newName('x')}`, body: hostile });
    const prose = page.locator('.prose').first();
    await prose.locator('strong').waitFor();
    assert.equal(await page.evaluate('window.hurt'), undefined);
    assert.equal(await prose.locator('script, svg, img, [style], [onerror], a[href^="javascript"]').count(), 0);
    const link = prose.getByRole('link', { name: 'a link' });
    assert.equal(await link.getAttribute('rel'), 'noopener nofollow');
  });

  test('leaving an unpublished text is asked about first, and staying keeps it', async (t) => {
    const { page, go } = await visit(t);
    await register(page, newName('ivy'));
    await go('/editor');
    await page.getByLabel('Title').fill('Unfinished');
    const questions: string[] = [];
    page.once('dialog', (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Shop' }).click();
    assert.match(questions[0] ?? '', /not published/);
    assert.match(page.url(), /\/editor$/);
    assert.equal(await page.getByLabel('Title').inputValue(), 'Unfinished');

    page.once('dialog', (dialog) => void dialog.dismiss());
    await page.evaluate('history.back()');
    await page.waitForURL('**/editor');
    assert.equal(await page.getByLabel('Title').inputValue(), 'Unfinished');
  });

  test('a draft survives a reload and can be discarded', async (t) => {
    const { page, go } = await visit(t);
    await register(page, newName('jon'));
    await go('/editor');
    await page.getByLabel('Title').fill('Half an article');
    await page.getByLabel('Tags', { exact: true }).pressSequentially('rope,');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByText(/This is your draft of/).waitFor();
    assert.equal(await page.getByLabel('Title').inputValue(), 'Half an article');
    await page.getByRole('button', { name: 'Remove tag rope' }).waitFor();
    await page.getByRole('button', { name: 'Discard draft' }).click();
    assert.equal(await page.getByLabel('Title').inputValue(), '');
    assert.equal(await page.getByRole('button', { name: 'Remove tag rope' }).count(), 0);
  });

  test('what is wrong stands at its field and what was written stays', async (t) => {
    const { page, go } = await visit(t);
    await register(page, newName('lea'));
    await go('/editor');
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Only a text.');
    await page.getByRole('button', { name: 'Publish article' }).click();
    await page.getByText("Title can't be blank.").waitFor();
    await page.getByText("What it is about can't be blank.").waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Text', exact: true }).inputValue(), 'Only a text.');
    assert.ok(await hasFocus(page.getByLabel('Title')));
  });
});
