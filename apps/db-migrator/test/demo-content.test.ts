import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import { createTestDatabase } from '@scale-up/testing';
import { sql } from './migrator.ts';

const database = await createTestDatabase('demo');
after(() => database.drop());

const rows = (text: string) => sql(database.ownerUrl, text);
const none = async (text: string): Promise<void> => assert.deepEqual(await rows(text), []);

const publicFolder = fileURLToPath(new URL('../../site/public', import.meta.url));

test("an article's favorites_count is the number of its favourites", async () => {
  await none(`SELECT slug FROM articles a
              WHERE favorites_count <> (SELECT count(*) FROM favorites f WHERE f.article_id = a.id)`);
});

test("an article's tag_list is its rows of article_tags, in alphabetical order", async () => {
  await none(`SELECT slug, tag_list FROM articles a
              WHERE tag_list <> (SELECT array_agg(t.name ORDER BY t.name COLLATE "C")
                                 FROM article_tags x JOIN tags t ON t.id = x.tag_id WHERE x.article_id = a.id)`);
  await none(`SELECT name FROM tags WHERE id NOT IN (SELECT tag_id FROM article_tags)`);
});

test("a product's tag_list is in alphabetical order without repeats, and its stock is what its movements make", async () => {
  await none(`SELECT slug FROM products
              WHERE tag_list <> (SELECT array_agg(DISTINCT tag ORDER BY tag) FROM unnest(tag_list) AS tag)`);
  await none(`SELECT slug FROM products p
              WHERE stock <> initial_stock + (SELECT coalesce(sum(delta), 0) FROM stock_movements WHERE product_id = p.id)`);
});

test('everything happened in the past, comments after their article and in the order of their ids', async () => {
  await none('SELECT slug FROM articles WHERE created_at > now()');
  await none(
    'SELECT slug FROM articles a WHERE EXISTS (SELECT FROM articles b WHERE b.id > a.id AND b.created_at < a.created_at)',
  );
  await none(`SELECT c.body FROM comments c JOIN articles a ON a.id = c.article_id
              WHERE c.created_at > now() OR c.created_at <= a.created_at`);
  await none(`SELECT c.id FROM comments c JOIN comments d USING (article_id)
              WHERE d.id > c.id AND d.created_at < c.created_at`);
});

test('nobody follows themselves, and one account is an admin', async () => {
  await none('SELECT FROM follows WHERE follower_id = followed_id');
  assert.deepEqual(await rows(`SELECT email FROM users WHERE role = 'admin'`), [{ email: 'admin@example.com' }]);
});

test('every picture that is named exists, and every picture is named', async () => {
  const texts = await rows(`SELECT body AS text FROM articles UNION ALL SELECT body FROM comments
                            UNION ALL SELECT description FROM products
                            UNION ALL SELECT image FROM users UNION ALL SELECT image FROM products`);
  const named = texts.flatMap(({ text }) => String(text).match(/\/pictures\/[\w./-]+/g) ?? []);
  assert.ok(named.length >= 45, `only ${named.length} pictures are named`);
  assert.deepEqual(
    named.filter((path) => !existsSync(publicFolder + path)),
    [],
  );
});

test('every article and product has a picture', async () => {
  await none(`SELECT slug FROM articles WHERE body NOT LIKE '![%](/pictures/%'`);
  await none('SELECT slug FROM products WHERE image IS NULL');
  await none('SELECT username FROM users WHERE image IS NULL');
});

test('every link between articles leads to one', async () => {
  const slugs = new Set((await rows('SELECT slug FROM articles')).map(({ slug }) => slug));
  const bodies = await rows(`SELECT body FROM articles UNION ALL SELECT body FROM comments
                             UNION ALL SELECT description FROM products`);
  const links = bodies.flatMap(({ body }) =>
    [...String(body).matchAll(/\/article\/([\w-]+)/g)].map(([, slug]) => slug),
  );
  assert.ok(links.length > 5, `only ${links.length} links`);
  assert.deepEqual(
    links.filter((slug) => !slugs.has(slug)),
    [],
  );
});

test('slugs are those that the application makes of the titles', async () => {
  // By its address, because nothing imports an app; only this test needs to know the rule.
  const module: unknown = await import(new URL('../../app/src/slug.ts', import.meta.url).href);
  const { slugOf } = module as { slugOf: (title: string) => string };
  const items = await rows('SELECT title, slug FROM articles UNION ALL SELECT title, slug FROM products');
  assert.ok(items.length > 0);
  assert.deepEqual(
    items.map(({ slug }) => slug),
    items.map(({ title }) => slugOf(String(title))),
  );
});
