// POST /orders as little as it can be: node:http and pg, one transaction of prepared statements that takes the stock and writes order, line and movement. No
// token is checked, nothing is validated, no outcome is stored: whoever asks twice has two orders. Arguments: port, address of the database.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import pg from 'pg';

const [port = '', url = ''] = process.argv.slice(2);
// As many connections as app has (DATABASE_POOL_SIZE).
const pool = new pg.Pool({ connectionString: url, max: 10 });

type Body = { order: { lines: [{ product: string; quantity: number }] } };
type Product = { id: string; title: string; price: number; currency: string };

const take = `UPDATE products SET stock = stock - $2 WHERE slug = $1 AND stock >= $2 RETURNING id, title, price, currency`;
const place = `INSERT INTO orders (user_id, key, currency, total) VALUES (1, $1, $2, $3) RETURNING id, created_at`;
const line = `INSERT INTO order_lines (order_id, position, product_id, title, quantity, unit_price) VALUES ($1, 0, $2, $3, $4, $5)`;
const move = `INSERT INTO stock_movements (product_id, delta, reason, created_by, order_id) VALUES ($1, $2, 'order', 1, $3)`;

const order = async (client: pg.PoolClient, key: string, slug: string, quantity: number) => {
  const { rows: products } = await client.query<Product>({ name: 'take', text: take, values: [slug, quantity] });
  const [product] = products;
  if (!product) throw new Error('out of stock');
  const { id: productId, title, price, currency } = product;
  const total = price * quantity;
  const placed = await client.query<{ id: string; created_at: Date }>({
    name: 'place',
    text: place,
    values: [key, currency, total],
  });
  const { id, created_at: createdAt } = placed.rows[0]!;
  await client.query({ name: 'line', text: line, values: [id, productId, title, quantity, price] });
  await client.query({ name: 'move', text: move, values: [productId, -quantity, id] });
  const lines = [{ product: slug, title, quantity, unitPrice: price }];
  return { order: { id, status: 'placed', lines, total, currency, createdAt, updatedAt: createdAt } };
};

const inTransaction = async (key: string, slug: string, quantity: number) => {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const answer = await order(client, key, slug, quantity);
    await client.query('COMMIT');
    return answer;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  try {
    const { order: wanted } = (await json(request)) as Body;
    const [{ product, quantity }] = wanted.lines;
    const placed = await inTransaction(String(request.headers['idempotency-key']), product, quantity);
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(placed));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
};

createServer((request, response) => void answer(request, response)).listen(Number(port), '127.0.0.1');
