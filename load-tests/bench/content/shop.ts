import { commonWord, reader, type Sizes } from './sizes.ts';

/** A product is one of these, made of something; the first is what is searched for. */
const things = `${commonWord} rope anchor clock compass barrel bell chain cleat flag hook kettle knife ladder map net oar pulley sail stove`;
const materials = 'brass hemp oak steel copper linen pine iron bronze wool';

const arrayOf = (words: string): string =>
  `ARRAY[${words
    .split(' ')
    .map((word) => `'${word}'`)
    .join()}]`;

/** Enough for years. */
const initialStock = 1_000_000;

/** Products, and orders of one to three lines with the stock that they took. */
export const shopOf = ({ users, orders, products }: Sizes): string => `
  SET session_replication_role = replica;
  SELECT setseed(0.25);
  INSERT INTO products (slug, title, description, price, stock, initial_stock, tag_list)
    SELECT 'product-' || n, initcap(material || ' ' || thing) || ' ' || n,
           'A ' || thing || ' of ' || material || ' for a boat of ' || 3 + n % 30 || ' metres, number' || n,
           1000, ${initialStock}, ${initialStock}, ARRAY['kind-' || n % 20, 'shelf-' || n % 500]
    FROM generate_series(1, ${products}) n,
      LATERAL (SELECT (${arrayOf(things)})[1 + n % 20] AS thing, (${arrayOf(materials)})[1 + (n / 20) % 10] AS material) words;
  INSERT INTO orders (user_id, key, currency, total, created_at, updated_at)
    SELECT CASE WHEN n % ${Math.floor(orders / reader.orders)} = 0 THEN ${reader.id} ELSE 2 + floor(${users - 1} * random()) END,
           'key-' || n, 'EUR', 1000 * (1 + n % 3), at, at
    FROM generate_series(1, ${orders}) n, LATERAL (SELECT now() - interval '3 years' * (1 - n / ${orders}.0) AS at) day ORDER BY n;
  INSERT INTO order_lines (order_id, position, product_id, title, quantity, unit_price)
    SELECT id, position, 1 + floor(${products} * random()), 'As it was called then', 1, 1000
    FROM orders, LATERAL generate_series(0, number % 3) position;
  INSERT INTO stock_movements (product_id, delta, reason, order_id) SELECT product_id, -quantity, 'order', order_id FROM order_lines;
  UPDATE products p SET stock = stock + moved
    FROM (SELECT product_id, sum(delta) AS moved FROM stock_movements GROUP BY 1) taken WHERE taken.product_id = p.id;`;
