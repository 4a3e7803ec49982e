import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startsOfOneCheckout } from './support/npm-start.ts';
import { ports } from './support/site.ts';

const { checkout, start } = startsOfOneCheckout();

const stack = /^\s+at /m;

/** Starts something that must fail, and gives what it printed. */
const failing = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const run = start({ env });
  const { code } = await run.ended(10);
  assert.equal(code, 1, run.output());
  assert.doesNotMatch(run.output(), stack);
  assert.deepEqual(checkout.processes(), []);
  return run.output();
};

test('a DATABASE_URL that leads nowhere ends the start with one sentence and 1', async () => {
  const output = await failing({ DATABASE_URL: 'postgres://role:hidden-word@127.0.0.1:1/harbour' });
  const sentence = 'The database 127.0.0.1:1/harbour cannot be used: connect ECONNREFUSED 127.0.0.1:1.';
  assert.equal(output.split(sentence).length, 2, output);
  assert.doesNotMatch(output, /hidden-word/);
});

test('a DATABASE_URL that is none ends the start with a sentence that shows a right one', async () => {
  const output = await failing({ DATABASE_URL: 'harbour' });
  assert.match(output, /DATABASE_URL must be a URL such as postgres:\/\/role:password@127\.0\.0\.1:5432\/name\./);
});

test('a WEB_PORT that is no port ends the start with a sentence that names it', async () => {
  const output = await failing({ WEB_PORT: '80a' });
  assert.match(output, /^WEB_PORT must be a port, 1 to 65535, not "80a"\.$/m);
});

test('when the port of the site is taken, its holder is named and the next port is served and printed', async () => {
  const holder = createServer().listen(ports.web, '127.0.0.1');
  await once(holder, 'listening');
  const run = start();
  await run.printed('ready in', 60);
  const named = `port ${ports.web} is in use by node `;
  assert.ok(run.output().includes(named), run.output());
  assert.match(run.output(), new RegExp(`in use by .*\\(process ${process.pid}\\), trying the next one`));
  assert.ok(run.output().includes(`\n  http://localhost:${ports.web + 1}   ready in `), run.output());
  assert.equal((await fetch(`http://127.0.0.1:${ports.web + 1}/`)).status, 200);
  await run.stop();
  holder.close();
});

test('secrets that do not fit the data end the start with a sentence that says what to do', async () => {
  rmSync(`${checkout.folder}/.local/secrets.json`);
  assert.match(await failing({}), /made with other secrets than .* delete \.local to start afresh/);
  writeFileSync(`${checkout.folder}/.local/secrets.json`, '{ "postgres": ');
  assert.match(await failing({}), /secrets\.json cannot be read: .*Repair it, or delete .* to start afresh\./);
});

const giveTo = (uid: number, folder: string): void => {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chownSync(`${entry.parentPath}/${entry.name}`, uid, uid);
  }
  chownSync(folder, uid, uid);
};

// Whoever runs these tests as another user than root has shown it with all the others.
if (process.getuid?.() === 0) {
  test('a normal user can start it, and root after that', async () => {
    rmSync(`${checkout.folder}/.local`, { recursive: true });
    giveTo(65_534, checkout.folder);
    const run = start({ uid: 65_534, env: { HOME: checkout.folder } });
    await run.printed('ready in', 60);
    assert.equal((await run.stop()).code, 0);
    assert.deepEqual(checkout.processes(), []);
    // Its database stays its own when root starts it in between.
    const asRoot = start();
    await asRoot.printed('ready in', 60);
    assert.equal((await asRoot.stop()).code, 0);
  });
}
