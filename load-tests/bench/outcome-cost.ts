import { createHash, randomUUID } from 'node:crypto';
import { type Database, openDatabase, type Queries, statement } from '@scale-up/database';
import { runMigrator } from '@scale-up/infra/local/migrate.ts';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { PostgresServer } from '../faults/postgres-server.ts';

// What a stored outcome costs a write: the statements of an order of one line, as a bare transaction and with its outcome, one after
// the other in one run, so that a busy machine disturbs both alike. Run: node load-tests/bench/outcome-cost.ts

const rounds = 7;
const seconds = 3;
const writers = 10;
const products = 20;

const take = statement('bench-take', 'UPDATE products SET stock = stock - 1 WHERE id = $1 AND stock >= 1');
const place = statement<{ id: string }>(
  'bench-place',
  `INSERT INTO orders (user_id, key, currency, total) VALUES (1, $1, 'EUR', 100) RETURNING id`,
);
const line = statement(
  'bench-line',
  `INSERT INTO order_lines (order_id, position, product_id, title, quantity, unit_price) VALUES ($1, 0, $2, 'Product', 1, 100)`,
);
const move = statement(
  'bench-move',
  `INSERT INTO stock_movements (product_id, delta, reason, created_by, order_id) VALUES ($1, -1, 'order', 1, $2)`,
);

/** About as long as the answer to a real order. */
const answer = Buffer.alloc(350, 'x');

const order = async (queries: Queries, key: string): Promise<Buffer> => {
  const product = 1 + Math.floor(Math.random() * products);
  await queries.query(take, [product]);
  const placed = await queries.first(place, [key]);
  await queries.query(line, [placed?.id ?? '', product]);
  await queries.query(move, [product, placed?.id ?? '']);
  return answer;
};

const ways: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
  'bare transaction': (database) => database.transaction((queries) => order(queries, randomUUID())),
  'with its outcome': (database) => {
    const key = randomUUID();
    const id = createHash('sha256').update(key).digest();
    return database.once({ id, fingerprint: id }, (queries) => order(queries, key));
  },
};

type Round = { readonly rate: number; readonly p99: number };

const measure = async (write: () => Promise<unknown>): Promise<Round> => {
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  const writer = async (): Promise<void> => {
    while (performance.now() < end) {
      const begun = performance.now();
      await write();
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  times.sort((a, b) => a - b);
  return { rate: times.length / seconds, p99: times[Math.floor(times.length * 0.99)] ?? 0 };
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const spread = (values: readonly number[], digits: number): string =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;

const postgres = await PostgresServer.start(makeSecrets().postgres, { fsync: 'on' });
const database = openDatabase({ url: postgres.adminUrl(), poolSize: writers, applicationName: 'bench' });
try {
  await runMigrator('up', { MIGRATION_DATABASE_URL: postgres.adminUrl() });
  await database.script(
    `INSERT INTO users (username, email, password_hash) VALUES ('bench', 'bench@example.com', 'x');
     INSERT INTO products (slug, title, description, price, stock, initial_stock)
     SELECT 'product-' || n, 'Product', 'd', 100, 1000000, 1000000 FROM generate_series(1, ${products}) n`,
  );
  const results: Record<string, Round[]> = {};
  for (let round = -1; round < rounds; round += 1) {
    // The first of all warms up.
    for (const [name, write] of Object.entries(ways)) {
      const result = await measure(() => write(database));
      if (round >= 0) (results[name] ??= []).push(result);
    }
  }
  for (const [name, all] of Object.entries(results)) {
    const rate = spread(
      all.map((one) => one.rate),
      0,
    );
    process.stdout.write(
      `${name}: ${rate} writes/s, p99 ${spread(
        all.map((one) => one.p99),
        1,
      )} ms\n`,
    );
  }
  const [bare = 1, kept = 0] = Object.values(results).map((all) => median(all.map((one) => one.rate)));
  process.stdout.write(
    `ratio ${(kept / bare).toFixed(2)}, median of ${rounds} rounds of ${seconds} s, ${writers} writers\n`,
  );
} finally {
  await database.close();
  await postgres.remove();
}
