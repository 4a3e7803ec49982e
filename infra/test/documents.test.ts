import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { nameOf, projects, readManifest, repositoryFiles } from '../checks/projects.ts';
import { root } from '../local/paths.ts';

const files = repositoryFiles();
// The demo's articles are content, not documentation.
const documents = files.filter((file) => file.endsWith('.md') && !file.startsWith('apps/db-migrator/demo/'));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');

const matches = (pattern: RegExp): { file: string; match: RegExpExecArray }[] =>
  documents.flatMap((file) => [...read(file).matchAll(pattern)].map((match) => ({ file, match })));

test('every npm command in a document exists', () => {
  const scripts = Object.keys(readManifest('').scripts ?? {});
  const known = new Set([...scripts, 'ci', 'install', 'audit', 'pack']);
  const found = matches(/\bnpm (?:run )?([a-z][\w:-]*)/g).filter(({ file, match }) =>
    isCommand(read(file), match.index),
  );
  assert.ok(found.length > 3);
  const faults = found
    .filter(({ match }) => !known.has(match[1] ?? ''))
    .map(({ file, match }) => `${file}: ${match[0]}`);
  assert.deepEqual(faults, []);
});

test('every Nx command in a document names a target and a project that exist', () => {
  const targets = new Map(projects().map((one) => [nameOf(one), Object.keys(one.manifest.scripts ?? {})]));
  const own = new Set(['graph', 'affected', 'run-many', 'show', 'reset']);
  const faults = matches(/\bnx ([a-z][\w-]*)(?: ([a-z][\w-]*))?/g)
    .filter(({ file, match }) => isCommand(read(file), match.index) && !own.has(match[1] ?? ''))
    .filter(({ match }) => !targets.get(match[2] ?? 'web')?.includes(match[1] ?? ''))
    .map(({ file, match }) => `${file}: ${match[0]}`);
  assert.deepEqual(faults, []);
});

test('every option of a verb in a document is one that its --help names', () => {
  const targets = projects().find(({ manifest }) => manifest.nx?.name === 'infra')?.manifest.scripts ?? {};
  const found = matches(/\bnpx nx ([a-z][\w-]*) infra -- ([^`|\n]*)/g);
  const used = Map.groupBy(found, ({ match }) => targets[match[1] ?? ''] ?? '');
  assert.ok(used.size > 8);
  for (const [script, commands] of used) {
    const [, program = ''] = script.split(' ');
    const help = execFileSync(process.execPath, [program, '--help'], { cwd: `${root}infra`, encoding: 'utf8' });
    // A command of a server's that stands behind it in quotes has options of its own.
    const faults = commands.flatMap(({ file, match: [, , words = ''] }) =>
      [...words.replaceAll(/'[^']*'/g, '').matchAll(/(?:^|\s)(--?[a-z][\w-]*)/g)]
        .map(([, option = '']) => option)
        .filter((option) => !new RegExp(`(^|[\\s[])${option}\\b`, 'm').test(help))
        .map((option) => `${file}: ${option} (${program})`),
    );
    assert.deepEqual(faults, []);
  }
});

test('every path of this repository in a document exists', () => {
  const tops = 'apps|libs|infra|load-tests|docs|\\.ci';
  const faults = matches(new RegExp(`\`((?:${tops})/[\\w./-]*)`, 'g'))
    .filter(({ match }) => !exists(match[1] ?? ''))
    .map(({ file, match }) => `${file}: ${match[1]}`);
  assert.deepEqual(faults, []);
});

test('every relative link in a document leads somewhere', () => {
  const faults = matches(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)
    .filter(({ file, match }) => !existsSync(join(root, dirname(file), match[1] ?? '')))
    .map(({ file, match }) => `${file}: ${match[1]}`);
  assert.deepEqual(faults, []);
});

test('no file names a package registry or a folder of one machine', () => {
  const forbidden = /registry\.npmjs\.org|proxy\.golang\.org|\/home\/\w+\/|\/Users\/\w+\//;
  const texts = files.filter(
    (file) => /\.(ts|tsx|mjs|json|md|yml|sql|sh|css|html)$/.test(file) || file.startsWith('.ci/'),
  );
  const faults = texts.filter((file) => file !== 'infra/test/documents.test.ts' && forbidden.test(read(file)));
  assert.deepEqual(faults, []);
});

/** Inside a code block or code span: prose may speak of npm as it likes. */
const isCommand = (text: string, index: number): boolean => {
  const before = text.slice(0, index);
  const isInBlock = (before.match(/^```/gm)?.length ?? 0) % 2 === 1;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return isInBlock || (line.match(/`/g)?.length ?? 0) % 2 === 1;
};

/** A folder, a file, or what a build makes. */
const exists = (path: string): boolean => existsSync(`${root}${path}`) || path.startsWith('apps/site/dist');
