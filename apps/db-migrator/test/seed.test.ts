import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { verifyPassword } from '@scale-up/passwords';
import { createTestDatabase, type TestDatabase } from '@scale-up/testing';
import { migrator, sql } from './migrator.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase('migrated');
});
afterEach(() => database.drop());

const seed = (password: string) =>
  migrator(['seed'], { MIGRATION_DATABASE_URL: database.ownerUrl, DEMO_PASSWORD: password });

const tables = ['users', 'follows', 'articles', 'tags', 'article_tags', 'favorites', 'comments', 'products'];
const count = async () => {
  const selects = tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`);
  const [row] = await sql(database.ownerUrl, `SELECT ${selects.join(', ')}`);
  return row ?? {};
};
const empty = Object.fromEntries(tables.map((table) => [table, 0]));

/** What seed says when it has added what is there now. */
const added = async (): Promise<string> => {
  const { users, articles, comments, products } = await count();
  return `added ${users} accounts, ${articles} articles, ${comments} comments, ${products} products\n`;
};

test('seed adds the content, and a second one adds nothing', async () => {
  const first = await seed('halyard-1');
  assert.deepEqual(first, { code: 0, stdout: await added(), stderr: '' });
  const content = await count();
  assert.deepEqual(
    Object.entries(content).filter(([, rows]) => rows === 0),
    [],
  );
  const second = await seed('halyard-2');
  assert.deepEqual(second, { code: 0, stdout: 'there is content already, nothing was added\n', stderr: '' });
  assert.deepEqual(await count(), content);
  const [user] = await sql(database.ownerUrl, `SELECT password_hash FROM users WHERE email = 'reader@example.com'`);
  assert.equal(await verifyPassword('halyard-1', String(user?.['password_hash'])), true);
});

test('two seeds at once add the content once', async () => {
  const runs = await Promise.all([seed('halyard-1'), seed('halyard-2')]);
  assert.deepEqual(runs.map(({ code, stdout }) => `${code} ${stdout}`).toSorted(), [
    `0 ${await added()}`,
    '0 there is content already, nothing was added\n',
  ]);
  assert.equal((await count())['users'], 8);
});

test('a database that holds an account of its own is left alone', async () => {
  const insert = `INSERT INTO users (username, email, password_hash) VALUES ('own', 'own@example.com', 'x')`;
  await sql(database.ownerUrl, insert);
  const { code, stdout } = await seed('halyard-1');
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'there is content already, nothing was added\n' });
  assert.deepEqual(await count(), { ...empty, users: 1 });
});

test('without DEMO_PASSWORD seed refuses and adds nothing', async () => {
  const { code, stdout, stderr } = await seed('');
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.equal(stderr, 'db-migrator: DEMO_PASSWORD is missing: the demo accounts get it as their password.\n');
  assert.deepEqual(await count(), empty);
});

test('a seed that fails half-way adds nothing', async () => {
  await sql(database.ownerUrl, `ALTER TABLE products ADD CONSTRAINT no_rope CHECK (title NOT LIKE '%Rope%')`);
  const { code } = await seed('halyard-1');
  assert.equal(code, 1);
  assert.deepEqual(await count(), empty);
});
