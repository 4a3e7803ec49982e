import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@scale-up/database';
import { createTestDatabase } from '@scale-up/testing';
import { up } from '../src/up.ts';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const earlier = mkdtempSync(join(tmpdir(), 'scale-up-migrations-'));
cpSync(migrations, earlier, { recursive: true, filter: (file) => !file.endsWith('006.do.article-counts.sql') });

const { ownerUrl, drop } = await createTestDatabase('empty');
const database = openDatabase({ url: ownerUrl, poolSize: 2, applicationName: 'db-migrator test' });
after(async () => {
  await database.close();
  await drop();
  rmSync(earlier, { recursive: true });
});

const content = `
  INSERT INTO users (username, email, password_hash) VALUES ('one', 'one@example.com', 'x');
  INSERT INTO tags (name) VALUES ('often'), ('once'), ('never');
  INSERT INTO articles (slug, author_id, title, description, body) SELECT 'a-' || n, 1, 't', 'd', 'b' FROM generate_series(1, 30) n;
  INSERT INTO article_tags (tag_id, article_id) SELECT 1, id FROM articles UNION ALL SELECT 2, 1;`;

const counts = async (): Promise<Record<string, unknown>[]> =>
  database.script(
    `SELECT tag_id, sum(total)::integer AS total FROM article_counts GROUP BY 1 HAVING sum(total) > 0 ORDER BY 1`,
  );

test('articles from before are counted when the numbers come to be kept, and so is what happens meanwhile', async () => {
  await up(database, earlier);
  await database.script(content);
  // A writer who has not committed when the migration comes: it waits for him, and counts what he wrote.
  const writer = database.transaction(async (queries) => {
    await queries.script(
      `INSERT INTO articles (slug, author_id, title, description, body) VALUES ('late', 1, 't', 'd', 'b')`,
    );
    await queries.script(`SELECT pg_sleep(1)`);
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(await up(database), ['6 article-counts']);
  await writer;
  const expected = [
    { tag_id: 0, total: 31 },
    { tag_id: 1, total: 30 },
    { tag_id: 2, total: 1 },
  ];
  assert.deepEqual(await counts(), expected);
  await database.script(`DELETE FROM articles WHERE id <= 10`);
  assert.deepEqual(await counts(), [
    { tag_id: 0, total: 21 },
    { tag_id: 1, total: 20 },
  ]);
});
