import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startsOfOneCheckout } from './support/npm-start.ts';

const { checkout, start } = startsOfOneCheckout();
const pinned = `${checkout.folder}/node_modules/node-${process.platform}-${process.arch}`;

// Every Node is too old for a repository that asks for version 99.
const manifest = `${checkout.folder}/package.json`;
writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"node": ">=.*"/, '"node": ">=99.0"'));

test('where Node is too old, the one that npm brought is used', async () => {
  const run = start({ args: ['--help'] });
  assert.equal((await run.ended(5)).code, 0);
  assert.match(run.output(), /^usage: npm start\n/);
});

test('where Node is too old and npm brought no newer one, a sentence says which to install, and the exit code is 1', async () => {
  rmSync(pinned);
  const run = start();
  assert.equal((await run.ended(5)).code, 1);
  assert.match(run.output(), /^Scale Up needs Node 99\.0 or newer; this is \d+\.\d+\.\d+, .* Install Node 24 .*\n$/);
});

test('when npm ci fails, a sentence says so, nothing is started, and the next start tries again', async () => {
  mkdirSync(`${checkout.folder}/npm`);
  const npm = `${checkout.folder}/npm/npm-cli.js`;
  writeFileSync(npm, 'console.log(process.argv.slice(2).join(" ")); process.exitCode = 3;');
  rmSync(`${checkout.folder}/node_modules/.installed-from`);
  for (let attempt = 0; attempt < 2; attempt++) {
    const run = start({ env: { npm_execpath: npm } });
    assert.equal((await run.ended(5)).code, 1);
    assert.match(run.output(), /^Installing dependencies with npm ci: /);
    assert.match(run.output(), /^ci --no-audit --no-fund --loglevel=error$/m);
    assert.match(run.output(), /^npm ci failed with exit code 3; nothing was started\.$/m);
  }
});
