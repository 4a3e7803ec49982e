import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { root } from '@scale-up/infra/local/paths.ts';
import { parseInventory } from '@scale-up/infra/inventory/read.ts';
import { allMarks, pickMarks } from '../servers/marks/index.ts';
import { withoutServer } from '../servers/marks/join.ts';
import { recipeOf } from '../servers/releases/derive.ts';

const marks = allMarks(5);
const names = (wanted: readonly string[]): string[] => pickMarks(marks, wanted).map(({ name }) => name);

test('every number from 1 to 19 has a mark, and every mark a name of its own', () => {
  const numbers = new Set(marks.map(({ name }) => Number.parseInt(name, 10)));
  assert.deepEqual(
    [...numbers],
    Array.from({ length: 19 }, (_, index) => index + 1),
  );
  assert.equal(new Set(marks.map(({ name }) => name)).size, marks.length);
});

test('a mark is picked by its name, or with all others of its number', () => {
  assert.deepEqual(names(['3', '7']), ['3-power', '3-cable', '7']);
  assert.deepEqual(names(['14-slow']), ['14-slow']);
  assert.equal(names([]).length, marks.length);
  assert.throws(() => names(['1', '20', 'x']), /no mark 20, x/);
});

test('a bad release is the running one with its fault loaded first, and only app has it', () => {
  const { containerfile, files } = recipeOf('app', 'app:1', 'bad', ['node', '--flag', 'src/server.ts'], {
    fault: 'crash',
  });
  assert.equal(
    containerfile,
    `FROM app:1
ENV RELEASE=bad
COPY --chown=0:0 preload.mjs /srv/preload.mjs
ENTRYPOINT ["node","--import=/srv/preload.mjs","--flag","src/server.ts"]
`,
  );
  assert.match(files['preload.mjs'] ?? '', /throw new Error/);
  const web = recipeOf('web', 'web:1', 'bad', ['node', 'src/server.ts'], { fault: 'crash' });
  assert.deepEqual(web, { containerfile: 'FROM web:1\nENV RELEASE=bad\n', files: {} });
});

test('a new release brings its migration to db-migrator', () => {
  const migration = { version: 6, sql: 'SELECT 1' };
  const { containerfile, files } = recipeOf('db-migrator', 'm:1', 'next', ['node', 'src/main.ts'], { migration });
  assert.match(
    containerfile,
    /COPY --chown=0:0 006\.do\.marks\.sql \/srv\/scale-up\/apps\/db-migrator\/migrations\/006\.do\.marks\.sql/,
  );
  assert.deepEqual(files, { '006.do.marks.sql': 'SELECT 1' });
});

test('the inventory without a server is a whole one, in which only web and app lack it', () => {
  const text = readFileSync(`${root}infra/inventory/three-servers.yml`, 'utf8');
  const before = parseInventory('three-servers.yml', text);
  const after = parseInventory('without.yml', withoutServer(text, 's3'));
  assert.deepEqual(after, { ...before, groups: { ...before.groups, web: ['s1', 's2'], app: ['s1', 's2'] } });
});
