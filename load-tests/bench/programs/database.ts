import { readFileSync } from 'node:fs';
import { runMigrator } from '@scale-up/infra/local/migrate.ts';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { PostgresServer } from '../../faults/postgres-server.ts';
import { moveTo } from './pinned.ts';
import { figuresOf } from './process-figures.ts';
import { remembered, type Running } from './running.ts';

export type DatabaseServer = Running & { readonly url: string };

/** As many as a site of middling size has; a list must not grow with them. */
export const articleCount = 10_000;
/** Few enough that orders meet each other at one product now and then. */
export const productCount = 1_000;

/** Orders that were placed before. Of a table that was empty when it was looked at, PostgreSQL reads all, whatever has come since: connections keep their plans. */
const orderCount = 10_000;

/** What the triggers of article_counts would have kept, had they run; the migration's own zero stays beside it. */
export const keptCounts = `
  INSERT INTO article_counts (tag_id, total)
    SELECT 0, count(*) FROM articles UNION ALL SELECT tag_id, count(*) FROM article_tags GROUP BY tag_id;`;

const content = `
  SET session_replication_role = replica;
  SELECT setseed(0.5);
  INSERT INTO users (username, email, password_hash, bio) SELECT 'user-' || n, 'user-' || n || '@example.com', 'x', 'About ' || n FROM generate_series(1, 1000) n;
  INSERT INTO tags (name) SELECT 'tag-' || n FROM generate_series(0, 49) n;
  INSERT INTO articles (slug, author_id, title, description, body, tag_list)
    SELECT 'article-' || n, 1 + floor(1000 * random()), 'Article ' || n, repeat('About it. ', 8), repeat('All of it. ', 200),
           ARRAY['tag-' || n % 50, 'tag-' || (n + 7) % 50] FROM generate_series(1, ${articleCount}) n;
  INSERT INTO article_tags (tag_id, article_id) SELECT t.id, a.id FROM articles a JOIN tags t ON t.name = ANY (a.tag_list);
  ${keptCounts}
  INSERT INTO products (slug, title, description, price, stock, initial_stock)
    SELECT 'product-' || n, 'Product ' || n, repeat('What it is. ', 8), 1000, 1000000000, 1000000000 FROM generate_series(1, ${productCount}) n;
  INSERT INTO orders (user_id, key, currency, total) SELECT 1 + n % 1000, 'key-' || n, 'EUR', 1000 FROM generate_series(1, ${orderCount}) n;
  INSERT INTO order_lines (order_id, position, product_id, title, quantity, unit_price)
    SELECT id, 0, 1 + number % ${productCount}, 'Product', 1, 1000 FROM orders;
  INSERT INTO stock_movements (product_id, delta, reason, order_id) SELECT product_id, -1, 'order', order_id FROM order_lines;
  INSERT INTO outcomes (id, fingerprint, answer)
    SELECT sha256(key::bytea), sha256(id::text::bytea), convert_to(repeat('An answer, sealed. ', 20), 'UTF8') FROM orders;
  SET session_replication_role = origin;`;

/** Puts a server whose data are in a folder on the core of what is not measured. */
export const onOthers = (folder: string): Omit<Running, 'stop'> => {
  const first = readFileSync(`${folder}/data/postmaster.pid`, 'utf8').split('\n', 1)[0] ?? '';
  const others = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').split(' ').filter(Boolean);
  // What it starts later inherits its core.
  for (const pid of [first, ...others]) moveTo('others', Number(pid));
  return { pid: Number(first), ...figuresOf(Number(first)) };
};

/**
 * A PostgreSQL on the core of what is not measured, with the schema and content.
 * @param settings of the server; by default nothing is forced to disk, which reads do not notice
 */
export const startDatabase = async (settings: Record<string, string> = {}): Promise<DatabaseServer> => {
  const server = await PostgresServer.start(makeSecrets().postgres, settings);
  const url = server.adminUrl();
  await runMigrator('up', { MIGRATION_DATABASE_URL: url });
  await server.script(content);
  await server.script('VACUUM (ANALYZE)');
  return remembered({ ...onOthers(server.folder), url, stop: () => server.remove() });
};
