// The least that an answer from the database costs with Node: node:http and pg, one prepared SELECT 1. Arguments: port, address of the database.
import { createServer } from 'node:http';
import pg from 'pg';

const [port = '', url = ''] = process.argv.slice(2);
// As many connections as app has (DATABASE_POOL_SIZE).
const pool = new pg.Pool({ connectionString: url, max: 10 });
const question = { name: 'one', text: 'SELECT 1 AS one' };

createServer((_, response) => {
  pool.query(question).then(
    ({ rows }) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(rows[0])),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
}).listen(Number(port), '127.0.0.1');
