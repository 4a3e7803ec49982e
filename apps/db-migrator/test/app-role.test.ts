import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase } from '@scale-up/testing';
import { sql } from './migrator.ts';

const database = await createTestDatabase('demo');
after(() => database.drop());

const tables = [
  ...'article_counts article_tags articles comments favorites follows order_lines orders outcomes'.split(' '),
  ...'products stock_movements tags users'.split(' '),
];

test('the application reads and writes rows of every table', async () => {
  const granted = await sql(
    database.appUrl,
    `SELECT table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type) AS rights
     FROM information_schema.role_table_grants
     WHERE grantee = current_user AND table_schema = 'public' AND table_name <> 'schema_version'
     GROUP BY 1 ORDER BY 1`,
  );
  assert.deepEqual(
    granted,
    tables.map((table_name) => ({ table_name, rights: 'DELETE INSERT SELECT UPDATE' })),
  );
  // The identity columns' sequences need no right of their own.
  const [tag] = await sql(database.appUrl, `INSERT INTO tags (name) VALUES ('new') RETURNING id`);
  await sql(database.appUrl, `UPDATE tags SET name = 'newer' WHERE id = ${tag?.['id']}`);
  await sql(database.appUrl, `DELETE FROM tags WHERE id = ${tag?.['id']}`);
});

test('the application reads which version the schema has', async () => {
  const [row] = await sql(database.appUrl, 'SELECT max(version) AS version FROM schema_version');
  assert.deepEqual(row, { version: 6 });
});

const forbidden = [
  'CREATE TABLE boats (id integer)',
  'CREATE SCHEMA harbour',
  'CREATE INDEX ON articles (title)',
  'CREATE FUNCTION one() RETURNS integer LANGUAGE sql RETURN 1',
  'ALTER TABLE articles ADD COLUMN boat text',
  'ALTER TABLE users OWNER TO scale_up_app',
  'DROP TABLE comments',
  'TRUNCATE comments',
  `INSERT INTO schema_version (version) VALUES (6)`,
  `UPDATE schema_version SET md5 = 'x'`,
  'DELETE FROM schema_version',
  'SET ROLE scale_up_owner',
  `COPY comments TO PROGRAM 'cat'`,
];
for (const text of forbidden) {
  test(`the application may not: ${text}`, async () => {
    const owner = await sql(database.ownerUrl, 'SELECT count(*) FROM comments');
    await assert.rejects(sql(database.appUrl, text), { code: '42501' });
    assert.deepEqual(await sql(database.ownerUrl, 'SELECT count(*) FROM comments'), owner);
  });
}
