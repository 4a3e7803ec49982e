import { type Database, openDatabase } from '@scale-up/database';
import { createTestDatabase } from '@scale-up/testing';

export const articleCount = 100_000;
const orderCount = 50_000;

/** The first order is of user-1. */
export const orderId = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

// Popularity falls with the square of a random number, as it does on a real site: tag-0 is on a fifth of all articles, the last few
// tags on some hundreds, and "rare" on three. References are right by construction, and not checked, which saves half the time.
const content = `
  SET session_replication_role = replica;
  SELECT setseed(0.5);
  INSERT INTO users (username, email, password_hash) SELECT 'user-' || n, 'user-' || n || '@example.com', 'x' FROM generate_series(1, 1000) n;
  INSERT INTO tags (name) SELECT 'tag-' || n FROM generate_series(0, 199) n;
  INSERT INTO tags (name) VALUES ('rare');
  INSERT INTO article_tags (tag_id, article_id)
    SELECT DISTINCT 1 + floor(200 * random() ^ 2), n FROM generate_series(1, ${articleCount}) n, generate_series(1, 3)
    UNION ALL SELECT 201, unnest(ARRAY[50, 50000, 99000]);
  INSERT INTO articles (slug, author_id, title, description, body, tag_list)
    SELECT 'article-' || n, 1 + floor(1000 * random() ^ 2), 'Article ' || n, repeat('About it. ', 8), repeat('All of it. ', 50), list
    FROM generate_series(1, ${articleCount}) n JOIN (
      SELECT l.article_id, array_agg(t.name) AS list FROM article_tags l JOIN tags t ON t.id = l.tag_id GROUP BY 1
    ) names ON names.article_id = n ORDER BY n;
  INSERT INTO favorites (user_id, article_id)
    SELECT 1 + floor(1000 * random() ^ 2), 1 + floor(${articleCount} * random()) FROM generate_series(1, 200000) ON CONFLICT DO NOTHING;
  INSERT INTO follows (follower_id, followed_id)
    SELECT 1 + floor(1000 * random() ^ 2), 1 + floor(1000 * random()) FROM generate_series(1, 30000) ON CONFLICT DO NOTHING;
  INSERT INTO comments (article_id, author_id, body)
    SELECT 1 + floor(${articleCount} * random()), 1 + floor(1000 * random()), 'A comment.' FROM generate_series(1, 50000);
  INSERT INTO products (slug, title, description, price, stock, initial_stock, tag_list)
    SELECT 'product-' || n, 'Product ' || n, 'Made of ' || (ARRAY['brass', 'hemp', 'oak', 'steel'])[1 + n % 4] || ' number' || n,
           n, 10, 10, ARRAY['kind-' || floor(40 * random() ^ 2), 'shelf-' || n % 500]
    FROM generate_series(1, 20000) n;
  INSERT INTO orders (id, user_id, key, currency, total)
    SELECT ('${orderId(0).slice(0, 24)}' || lpad(n::text, 12, '0'))::uuid,
           CASE n WHEN 1 THEN 1 ELSE 1 + floor(1000 * random() ^ 2) END, 'key-' || n, 'EUR', 30
    FROM generate_series(1, ${orderCount}) n;
  INSERT INTO order_lines (order_id, position, product_id, title, quantity, unit_price)
    SELECT id, position, 1 + floor(20000 * random()), 'Product', 1, 10 FROM orders, generate_series(0, 2) position;
  INSERT INTO article_counts (tag_id, total)
    SELECT 0, count(*) FROM articles UNION ALL SELECT tag_id, count(*) FROM article_tags GROUP BY tag_id;`;

/** A database as after years of use. */
export const createLargeDatabase = async (): Promise<{ database: Database; drop: () => Promise<void> }> => {
  const { adminUrl, drop } = await createTestDatabase('migrated');
  const database = openDatabase({
    url: adminUrl,
    poolSize: 1,
    applicationName: 'test',
    limits: { statement: 0, idleInTransaction: 0 },
  });
  await database.script(content);
  await database.script('VACUUM (ANALYZE)');
  return {
    database,
    drop: async () => {
      await database.close();
      await drop();
    },
  };
};
