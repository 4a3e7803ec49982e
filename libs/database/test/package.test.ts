import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTestDatabase } from '@scale-up/testing';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scale-up-package-'));
after(() => rmSync(folder, { recursive: true }));

/** What the example prints. */
const printed = `{ moved: 30, isReplay: false }
{ moved: 30, isReplay: true }
[ { name: 'ann', balance: 70 }, { name: 'bob', balance: 30 } ]
`;

const runExample = async (example: string): Promise<void> => {
  const database = await createTestDatabase('empty');
  const env = { ...process.env, DATABASE_URL: database.ownerUrl, NODE_OPTIONS: '', FORCE_COLOR: '0' };
  const { stdout, stderr } = await run(process.execPath, [example], { env, timeout: 10_000 });
  assert.deepEqual({ stdout, stderr }, { stdout: printed, stderr: 'replayed\n' });
  await database.drop();
};

test('the example runs in the workspace', () => runExample(`${root}libs/database/example/transfer.js`));

test('the package that is packed has code, types, table, licence and example, and runs and type-checks without the sources', async () => {
  await run(process.execPath, [`${root}libs/database/build.mjs`, join(folder, 'build')]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, join(folder, 'build')]);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  const paths = new Set(files.map(({ path }) => path));
  for (const path of ['LICENSE', 'README.md', 'outcomes.sql', 'example/transfer.js', 'lib/index.js', 'lib/index.d.ts'])
    assert.ok(paths.has(path), `${path} is missing`);
  assert.deepEqual(
    [...paths].filter((path) => /test|src|(?<!\.d)\.ts$/.test(path)),
    [],
  );

  const app = join(folder, 'app');
  const installed = join(app, 'node_modules/@scale-up/database');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', installed]);
  // In place of the network.
  mkdirSync(join(app, 'node_modules/@types'));
  for (const name of ['pg', '@types/pg', '@types/node'])
    symlinkSync(`${root}node_modules/${name}`, join(app, 'node_modules', name));
  const manifest = readFileSync(join(installed, 'package.json'), 'utf8');
  assert.doesNotMatch(manifest, /src\/|"@scale-up\/(?!database")/);

  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  copyFileSync(join(installed, 'example/transfer.js'), join(app, 'transfer.js'));
  await runExample(join(app, 'transfer.js'));

  writeFileSync(
    join(app, 'types.ts'),
    `import { type Database, openDatabase, statement } from '@scale-up/database';
     const database: Database = openDatabase({ url: ['postgres://a/b'], poolSize: 1, applicationName: 'types' });
     const rows: { n: number }[] = await database.query(statement<{ n: number }>('n', 'SELECT 1 AS n'));
     // @ts-expect-error a row has no such column
     console.log(rows[0]?.m);`,
  );
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', '--types', 'node'];
  await run(`${root}node_modules/.bin/tsc`, [...options, 'types.ts'], { cwd: app }).catch((error: { stdout: string }) =>
    assert.fail(error.stdout),
  );
});
