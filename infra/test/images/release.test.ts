import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { services } from '../../images/services.ts';
import { copyCheckout, type Checkout } from '../support/checkout.ts';

/** Runs an expression in a checkout, whose own sources it imports, and gives its value. */
const valueIn = (folder: string, expression: string): unknown => {
  const text = `
    const { currentRelease } = await import('./infra/images/release.ts');
    const { stage } = await import('./infra/images/staging.ts');
    console.log(JSON.stringify(${expression}));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', text], { cwd: folder, encoding: 'utf8' }),
  );
};

const committed = 1_790_000_000;

suite('a release', () => {
  let checkout: Checkout;
  const git = (...args: string[]): string => {
    const env = { ...process.env, GIT_COMMITTER_DATE: `${committed} +0000`, GIT_CONFIG_GLOBAL: '/dev/null' };
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
    return execFileSync('git', [...who, ...args], { cwd: checkout.folder, env, encoding: 'utf8' }).trim();
  };
  const tag = (): string => (valueIn(checkout.folder, 'currentRelease()') as { tag: string }).tag;
  const write = (file: string, text: string): void => writeFileSync(`${checkout.folder}/${file}`, text);

  before(() => {
    checkout = copyCheckout();
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'All');
  });
  after(() => checkout.remove());

  test('is called by its commit, and has the commit’s time', () => {
    const release = valueIn(checkout.folder, 'currentRelease()');
    assert.deepEqual(release, { tag: git('rev-parse', '--short=12', 'HEAD'), time: committed });
  });

  test('of changed files says so, with a name that these files alone have', () => {
    const [commit, file] = [tag(), 'apps/web/src/new-file.ts'];
    write(file, 'export const one = 1;\n');
    const first = tag();
    assert.match(first, new RegExp(`^${commit}-dirty-[0-9a-f]{8}$`));
    write(file, 'export const one = 2;\n');
    assert.notEqual(tag(), first);
    write(file, 'export const one = 1;\n');
    assert.equal(tag(), first);
    rmSync(`${checkout.folder}/${file}`);
    assert.equal(tag(), commit);
  });

  test('is another one when a file is gone', () => {
    const commit = tag();
    rmSync(`${checkout.folder}/apps/web/README.md`, { force: true });
    rmSync(`${checkout.folder}/apps/web/src/server.ts`);
    assert.match(tag(), /-dirty-/);
    git('checkout', '--quiet', '.');
    assert.equal(tag(), commit);
  });

  test('is the same when only documents, tests of servers or roles change: images have nothing of them', () => {
    const commit = tag();
    write('docs/notes.md', 'notes');
    write('infra/roles/notes.md', 'notes');
    assert.equal(tag(), commit);
  });

  for (const service of services) {
    suite(`what goes into the image of ${service}`, () => {
      let staged = '';
      before(() => {
        if (service === 'web') {
          mkdirSync(`${checkout.folder}/apps/site/dist/assets`, { recursive: true });
          write('apps/site/dist/index.html', '<!doctype html><title>Site</title>');
        }
        staged = valueIn(checkout.folder, `stage('${service}', currentRelease())`) as string;
      });
      const all = (): string[] => readdirSync(staged, { recursive: true, encoding: 'utf8' });

      test('has the release’s time and nobody’s umask, so that the same commit makes the same image', () => {
        for (const name of all()) {
          const found = lstatSync(`${staged}/${name}`);
          assert.equal(Math.round(found.mtimeMs / 1_000), committed, name);
          if (!found.isSymbolicLink()) assert.equal(found.mode & 0o777, found.isDirectory() ? 0o755 : 0o644, name);
        }
      });

      test('has no tests, no TypeScript, no maps and no notes, but every licence', () => {
        const files = all().filter((name) => lstatSync(`${staged}/${name}`).isFile());
        assert.deepEqual(
          files.filter((name) => /\.(d\.[cm]?ts|map)$|^sources\/.*\.ts$/.test(name)),
          [],
        );
        assert.ok(files.some((name) => /\/licen[cs]e/i.test(name)));
        assert.ok(existsSync(`${staged}/sources/apps/${service}/package.json`));
      });

      test('is enough to run it: every import is there', () => {
        // Far from this repository, so that no node_modules above it helps.
        const whole = mkdtempSync(join(tmpdir(), 'scale-up-image-'));
        try {
          for (const part of ['dependencies', 'sources'])
            cpSync(`${staged}/${part}`, whole, { recursive: true, verbatimSymlinks: true });
          const main = `./apps/${service}/src/${service === 'db-migrator' ? 'main' : 'app'}.js`;
          const { status, stderr } = spawnSync(
            process.execPath,
            ['--input-type=module', '-e', `await import('${main}')`],
            { cwd: whole, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
          );
          assert.equal(status, 0, stderr);
        } finally {
          rmSync(whole, { recursive: true });
        }
      });
    });
  }
});
