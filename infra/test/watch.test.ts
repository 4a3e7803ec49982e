import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startsOfOneCheckout } from './support/npm-start.ts';
import { site, processOf, within } from './support/site.ts';

const { checkout, start } = startsOfOneCheckout();

const edit = (file: string, change: (text: string) => string): (() => void) => {
  const path = `${checkout.folder}/${file}`;
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, change(before));
  return () => writeFileSync(path, before);
};
const serves = async (path: string): Promise<boolean> => {
  try {
    return (await fetch(site + path)).status === 200;
  } catch {
    return false;
  }
};

const run = start();
await run.printed('ready in', 60);

/** Makes a change, and waits until another process of a service serves. */
const restarts = async (service: 'app' | 'web', change: () => void): Promise<void> => {
  const before = processOf(service);
  change();
  await within(5, `another process of ${service}`, async () => {
    const now = processOf(service);
    return now !== undefined && now !== before && (await serves('/api/tags'));
  });
};

for (const [service, other] of [
  ['web', 'app'],
  ['app', 'web'],
] as const) {
  test(`when a source file of ${service} changes, it is restarted within 5 s, and ${other} goes on as it was`, async () => {
    const before = processOf(other);
    let undo = () => {};
    await restarts(service, () => {
      undo = edit(`apps/${service}/src/app.ts`, (text) => `${text}\n// changed\n`);
    });
    await restarts(service, undo);
    assert.equal(processOf(other), before);
  });
}

test('a syntax error stops its service alone, is shown, and is over within 5 s once it is repaired', async () => {
  const app = processOf('app');
  const undo = edit('apps/web/src/app.ts', (text) => `${text}\nconst = ;\n`);
  await run.printed('SyntaxError', 60);
  assert.equal(processOf('app'), app);
  assert.equal(await serves('/'), false);
  undo();
  await within(5, 'the site serves again', () => serves('/api/tags'));
  assert.equal(processOf('app'), app);
  assert.equal(run.child.exitCode, null);
});

test('when a source file of the site changes, the site is built again and the new one is served within 15 s', async () => {
  const undo = edit('apps/site/src/main.tsx', (text) => `${text}\ndocument.title += ' again';\n`);
  await run.printed('site was built again', 600);
  await within(15, 'the new script', async () => {
    const page = await (await fetch(`${site}/`)).text();
    const [script = ''] = /\/assets\/[\w.-]+\.js/.exec(page) ?? [];
    return (await (await fetch(site + script)).text()).includes(' again');
  });
  undo();
});

test('Ctrl-C during a build of the site ends that, too', async () => {
  edit('apps/site/src/main.tsx', (text) => `${text}\n// changed\n`);
  await within(5, 'a build', () => checkout.processes().some((command) => command.includes('build')));
  run.interrupt();
  assert.equal((await run.ended(5)).code, 0);
  await within(2, 'everything is gone', () => checkout.processes().length === 0);
});
