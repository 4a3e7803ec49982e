import type { Order, OrderList } from '@scale-up/contract';
import { type Queries, statement } from '@scale-up/database';
import type { Claims } from '../tokens.ts';
import { viewerTable, viewerValues } from '../viewer.ts';

export type OrderedProduct = { readonly slug: string; readonly currency: string; readonly stock: number };
/** A product, by its slug, and how many of it. */
export type Line = { readonly product: string; readonly quantity: number };

// The product's slug is looked up for each line: where the planner knows nothing of a young site's orders, a join read all products instead.
const columns = `o.id, o.status, o.total, o.currency, o.created_at AS "createdAt", o.updated_at AS "updatedAt", (
    SELECT json_agg(json_build_object('product', (SELECT slug FROM products p WHERE p.id = l.product_id), 'title', l.title,
                                      'quantity', l.quantity, 'unitPrice', l.unit_price) ORDER BY l.position)
    FROM order_lines l WHERE l.order_id = o.id
  ) AS lines`;

/** No row when the viewer's token no longer counts, an empty one when the order is none of theirs. */
export const byId = statement<Order | { id: null }>(
  'order',
  `WITH ${viewerTable}
   SELECT own.* FROM viewer
   LEFT JOIN LATERAL (SELECT ${columns} FROM orders o WHERE o.id = $3 AND o.user_id = viewer.id) own ON true`,
);

/** One row at least, so that an empty page still tells the count and that the token counts. */
export const newest = statement<{ ordersCount: number } & (Order | { id: null })>(
  'orders',
  `WITH ${viewerTable}
   SELECT (SELECT count(*) FROM orders WHERE user_id = (SELECT id FROM viewer)) AS "ordersCount", list.*
   FROM viewer LEFT JOIN LATERAL (
     SELECT ${columns} FROM (
       SELECT * FROM orders WHERE user_id = viewer.id ORDER BY number DESC LIMIT $3 OFFSET $4
     ) o ORDER BY o.number DESC
   ) list ON true`,
);

// In the order of their ids, as everyone locks several products: two orders wait for each other, and never in a circle.
const lock = statement<OrderedProduct>(
  'order-products-lock',
  `SELECT slug, currency, stock FROM products WHERE slug = ANY ($1) ORDER BY id FOR NO KEY UPDATE`,
);
// All or nothing: no order unless every line found its stock. The products' updated_at stays, since no one has edited them.
// Gives the order as `columns` does, which would not see yet what the same statement has written.
const place = statement<Order>(
  'order-place',
  `WITH line AS (
     SELECT * FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY AS line (slug, quantity, number)
   ), taken AS (
     -- Said twice: a join alone read all products, of a thousand, for an order of one.
     UPDATE products p SET stock = p.stock - line.quantity FROM line
     WHERE p.slug = ANY ($3) AND p.slug = line.slug AND p.stock >= line.quantity
     RETURNING p.id, p.slug, p.title, p.price, p.currency, line.quantity, line.number
   ), placed AS (
     INSERT INTO orders (user_id, key, currency, total)
     SELECT $1, $2, min(currency), sum(price::bigint * quantity) FROM taken HAVING count(*) = cardinality($3)
     ON CONFLICT ON CONSTRAINT orders_user_key DO NOTHING
     RETURNING *
   ), lines AS (
     INSERT INTO order_lines (order_id, position, product_id, title, quantity, unit_price)
     SELECT placed.id, taken.number - 1, taken.id, taken.title, taken.quantity, taken.price FROM placed, taken
   ), movements AS (
     INSERT INTO stock_movements (product_id, delta, reason, created_by, order_id)
     SELECT taken.id, -taken.quantity, 'order', placed.user_id, placed.id FROM placed, taken ORDER BY taken.id
   )
   SELECT id, status, total, currency, created_at AS "createdAt", updated_at AS "updatedAt", (
     SELECT json_agg(json_build_object('product', slug, 'title', title, 'quantity', quantity, 'unitPrice', price) ORDER BY number)
     FROM taken
   ) AS lines FROM placed`,
);
const ofKey = statement<{ id: string }>('order-of-key', `SELECT id FROM orders WHERE user_id = $1 AND key = $2`);

const lockOwn = statement<{ status: Order['status'] }>(
  'order-lock',
  `SELECT status FROM orders WHERE id = $1 AND user_id = $2 FOR NO KEY UPDATE`,
);
const lockOrdered = statement(
  'order-ordered-lock',
  `SELECT FROM products WHERE id IN (SELECT product_id FROM order_lines WHERE order_id = $1) ORDER BY id FOR NO KEY UPDATE`,
);
const cancel = statement(
  'order-cancel',
  `WITH cancelled AS (
     UPDATE orders SET status = 'cancelled', updated_at = greatest(now(), updated_at + interval '1 millisecond')
     WHERE id = $1 RETURNING id, user_id
   ), returned AS (
     UPDATE products p SET stock = p.stock + l.quantity FROM order_lines l
     WHERE l.order_id = $1 AND p.id = l.product_id RETURNING p.id, l.quantity
   )
   INSERT INTO stock_movements (product_id, delta, reason, created_by, order_id)
   SELECT returned.id, returned.quantity, 'order cancelled', cancelled.user_id, cancelled.id
   FROM returned, cancelled ORDER BY returned.id`,
);

/** One of the viewer's orders: null when they have none with this id, undefined when their token no longer counts. */
export const findOrder = async (queries: Queries, claims: Claims, id: string): Promise<Order | null | undefined> => {
  const row = await queries.first(byId, [...viewerValues(claims), id]);
  return row && (row.id === null ? null : row);
};

/** The viewer's orders, newest first, and how many there are; undefined when the token no longer counts. */
export const listOrders = async (
  queries: Queries,
  claims: Claims,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<OrderList | undefined> => {
  const rows = await queries.query(newest, [...viewerValues(claims), limit, offset]);
  const orders = rows.flatMap(({ ordersCount: _ordersCount, ...row }): Order[] => (row.id === null ? [] : [row]));
  return rows[0] && { orders, ordersCount: rows[0].ordersCount };
};

/** The products that there are of the lines', locked until the transaction ends. */
export const lockProducts = (queries: Queries, lines: readonly Line[]): Promise<OrderedProduct[]> =>
  queries.query(lock, [lines.map(({ product }) => product)]);

/**
 * Takes the stock of products and records the order, its lines and the movements.
 * @param lines each of another product, all in one currency; of several, the products are locked already
 * @returns the order; undefined when there is no such product, it has too little stock, or the user's key names an order already: what
 * was taken then must be rolled back
 */
export const placeOrder = async (
  queries: Queries,
  { userId, key }: { readonly userId: number; readonly key: string },
  lines: readonly Line[],
): Promise<Order | undefined> => {
  const slugs = lines.map(({ product }) => product);
  const quantities = lines.map(({ quantity }) => quantity);
  return queries.first(place, [userId, key, slugs, quantities]);
};

/** The id of the order that a user's key names. */
export const findOrderOfKey = async (queries: Queries, userId: number, key: string): Promise<string | undefined> =>
  (await queries.first(ofKey, [userId, key]))?.id;

/**
 * Cancels an order and gives its stock back; repeating changes nothing.
 * @returns false when the user has no such order
 */
export const cancelOrder = async (queries: Queries, userId: number, id: string): Promise<boolean> => {
  const order = await queries.first(lockOwn, [id, userId]);
  if (!order) return false;
  if (order.status === 'cancelled') return true;
  await queries.query(lockOrdered, [id]);
  await queries.query(cancel, [id]);
  return true;
};
