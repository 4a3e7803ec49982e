import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase, type TestDatabase } from '@scale-up/testing';
import { migrator, recordOf, schemaOf, sql } from './migrator.ts';

const one = await createTestDatabase('empty');
const many = await createTestDatabase('empty');
after(async () => {
  await one.drop();
  await many.drop();
});

const up = ({ ownerUrl }: TestDatabase) => migrator(['up'], { MIGRATION_DATABASE_URL: ownerUrl });
const status = ({ ownerUrl }: TestDatabase) => migrator(['status'], { MIGRATION_DATABASE_URL: ownerUrl });

const names = ['1 accounts', '2 articles', '3 products', '4 outcomes', '5 orders', '6 article-counts'];

test('status on an empty database lists every migration as pending and creates nothing', async () => {
  const { code, stdout } = await status(one);
  assert.equal(code, 0);
  assert.equal(stdout, names.map((name) => `pending  ${name}\n`).join(''));
  assert.deepEqual(await schemaOf(one.ownerUrl), []);
});

test('up on an empty database applies every migration in order and records it', async () => {
  const { code, stdout, stderr } = await up(one);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.equal(stdout, names.map((name) => `applied ${name}\n`).join(''));
  const record = await recordOf(one.ownerUrl);
  assert.deepEqual(
    record.map(({ version, name }) => `${version} ${name}`),
    names,
  );
  const tables = await sql(one.ownerUrl, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);
  assert.deepEqual(
    tables.map(({ tablename }) => tablename),
    [
      ...'article_counts article_tags articles comments favorites follows order_lines orders outcomes'.split(' '),
      ...'products schema_version stock_movements tags users'.split(' '),
    ],
  );
});

test('up again changes nothing and says so', async () => {
  const before = [await schemaOf(one.ownerUrl), await recordOf(one.ownerUrl)];
  const { code, stdout } = await up(one);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'the schema is up to date\n' });
  assert.deepEqual([await schemaOf(one.ownerUrl), await recordOf(one.ownerUrl)], before);
});

test('status after up lists every migration as applied', async () => {
  const { stdout } = await status(one);
  assert.equal(stdout, names.map((name) => `applied  ${name}\n`).join(''));
});

test('twenty up at once all succeed, and exactly one of them does the work, within 30 s', async () => {
  const start = performance.now();
  const runs = await Promise.all(Array.from({ length: 20 }, () => up(many)));
  const seconds = (performance.now() - start) / 1000;
  assert.deepEqual(
    runs.filter(({ code }) => code !== 0),
    [],
  );
  assert.equal(runs.filter(({ stdout }) => stdout.includes('applied')).length, 1);
  assert.deepEqual(await schemaOf(many.ownerUrl), await schemaOf(one.ownerUrl));
  assert.deepEqual(await recordOf(many.ownerUrl), await recordOf(one.ownerUrl));
  assert.ok(seconds < 30, `took ${seconds.toFixed(1)} s`);
});
