// What Node's own HTTP server can do at most: one answer from memory, nothing looked at. Arguments: port, bytes.
import { createServer } from 'node:http';

const [port = '', bytes = ''] = process.argv.slice(2);
const body = Buffer.alloc(Number(bytes), 'x');
const headers = { 'content-type': 'text/css', 'content-length': body.length };
createServer((_, response) => void response.writeHead(200, headers).end(body)).listen(Number(port), '127.0.0.1');
