import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { page, scriptPath, siteFolder, startWeb, writeFiles } from './web.ts';

const eventually = async (what: string, isTrue: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 3_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadline, `not within 3 s: ${what}`);
    await sleep(20);
  }
};

test('a rebuilt site is served within 3 s, also when its folder was made anew, and never half of it', async () => {
  const folder = await siteFolder();
  const web = await startWeb({ STATIC_DIR: folder });
  const body = async (path: string): Promise<string> => (await fetch(web.url + path)).text();
  const status = async (path: string): Promise<number> => (await fetch(web.url + path)).status;

  for (const round of [1, 2, 3]) {
    // As Vite does it: everything goes, and comes again under other names.
    await rm(`${folder}/assets`, { recursive: true });
    await rm(`${folder}/index.html`);
    await sleep(round === 2 ? 400 : 0);
    assert.match(await body('/'), /^<!doctype html>/, 'the last good page stays');
    await writeFiles(folder, { [`assets/index-0000000${round}.js`]: `${round}`, 'index.html': `${page}${round}` });
    await eventually(`page ${round}`, async () => (await body('/')) === `${page}${round}`);
    await eventually(`asset ${round}`, async () => (await body(`/assets/index-0000000${round}.js`)) === `${round}`);
  }
  assert.equal(await status(scriptPath), 404);

  await rm(folder, { recursive: true });
  await sleep(300);
  assert.equal(await body('/'), `${page}3`);
  await mkdir(folder);
  await writeFiles(folder, { 'index.html': `${page}again` });
  await eventually('a new folder', async () => (await body('/')) === `${page}again`);
  await writeFiles(folder, { 'index.html': `${page}once more` });
  await eventually('a change in the new folder', async () => (await body('/')) === `${page}once more`);
});
