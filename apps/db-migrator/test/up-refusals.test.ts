import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openDatabase } from '@scale-up/database';
import { createTestDatabase, type TestDatabase } from '@scale-up/testing';
import { up } from '../src/up.ts';
import { migrator, recordOf, schemaOf, sql } from './migrator.ts';

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase('empty');
  folder = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const write = (files: Record<string, string>, into = folder): void => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(into, name), text);
};

const upFrom = async (from: string): Promise<string[]> => {
  const pool = openDatabase({ url: database.ownerUrl, poolSize: 1, applicationName: 'db-migrator test' });
  try {
    return await up(pool, from);
  } finally {
    await pool.close();
  }
};

const stateOf = async (url: string) => [await schemaOf(url), await recordOf(url)];

const boats = { '001.do.boats.sql': 'CREATE TABLE boats (id integer); INSERT INTO boats VALUES (1);' };

test('a failing migration leaves nothing behind, not even what ran before it in the same run', async () => {
  write({ ...boats, '002.do.masts.sql': 'CREATE TABLE masts (id integer);\nCREATE TABLE masts (id integer);' });
  const sentence = 'Migration 2 masts failed, nothing was changed: relation "masts" already exists';
  await assert.rejects(upFrom(folder), { name: 'Error', message: sentence });
  assert.deepEqual(await stateOf(database.ownerUrl), [[], []]);
});

test('a failing migration leaves what an earlier run applied as it was, and runs once it is repaired', async () => {
  write(boats);
  await upFrom(folder);
  const before = await stateOf(database.ownerUrl);
  write({ '002.do.masts.sql': 'UPDATE boats SET id = 2; SELECT 1 / 0;' });
  await assert.rejects(upFrom(folder), /Migration 2 masts failed, nothing was changed: division by zero/);
  assert.deepEqual(await stateOf(database.ownerUrl), before);
  assert.deepEqual(await sql(database.ownerUrl, 'SELECT id FROM boats'), [{ id: 1 }]);
  write({ '002.do.masts.sql': 'UPDATE boats SET id = 2;' });
  assert.deepEqual(await upFrom(folder), ['2 masts']);
});

test('two files with one number are refused', async () => {
  write({ ...boats, '001.do.masts.sql': 'CREATE TABLE masts (id integer);' });
  await assert.rejects(upFrom(folder), /Two migrations found with version 1 .* next number/);
  assert.deepEqual(await stateOf(database.ownerUrl), [[], []]);
});

test('a file with a number that was passed by is refused instead of never run', async () => {
  write({ ...boats, '003.do.sails.sql': 'CREATE TABLE sails (id integer);' });
  await upFrom(folder);
  write({ '002.do.masts.sql': 'CREATE TABLE masts (id integer);' });
  await assert.rejects(upFrom(folder), /Migration 2 masts has not run, but the database is at version 3 already/);
});

test('a folder without migrations is refused', async () => {
  await assert.rejects(upFrom(folder), /There are no migrations in /);
});

test('a folder whose name has brackets and stars is found', async () => {
  const odd = join(folder, 'my [new] {boat} (*)');
  mkdirSync(odd);
  write(boats, odd);
  assert.deepEqual(await upFrom(odd), ['1 boats']);
});

test('an applied migration that was edited is refused with a sentence, and nothing changes', async () => {
  const env = { MIGRATION_DATABASE_URL: database.ownerUrl };
  await migrator(['up'], env);
  // The same as an edit of the file: its checksum differs from the one on record.
  await sql(database.ownerUrl, `UPDATE schema_version SET md5 = 'another' WHERE version = 2`);
  const before = await stateOf(database.ownerUrl);
  const { code, stdout, stderr } = await migrator(['up'], env);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.equal(
    stderr,
    'db-migrator: Migration 2 articles was edited after it had been applied. ' +
      'Undo the edit and put the change into a new migration.\n',
  );
  assert.deepEqual(await stateOf(database.ownerUrl), before);
});

test('a database that is newer than the code is refused by every verb that knows versions', async () => {
  const env = { MIGRATION_DATABASE_URL: database.ownerUrl };
  await migrator(['up'], env);
  await sql(database.ownerUrl, `INSERT INTO schema_version (version, name) VALUES (999, 'future')`);
  const before = await stateOf(database.ownerUrl);
  for (const verb of ['up', 'status']) {
    const { code, stderr } = await migrator([verb], env);
    assert.equal(code, 1);
    assert.equal(
      stderr,
      'db-migrator: The database is at version 999, this release knows up to 6. ' +
        'Use the release that wrote it, or a newer one.\n',
    );
  }
  assert.deepEqual(await stateOf(database.ownerUrl), before);
});
