// What is behind those that pass on: an ordinary service of node:http that answers everything with the same JSON. Arguments: port, bytes.
import { createServer } from 'node:http';

const [port = '', bytes = ''] = process.argv.slice(2);
const text = JSON.stringify({ filler: 'x'.repeat(Number(bytes) - 13) });
const headers = { 'content-type': 'application/json', 'content-length': text.length };
const server = createServer((_, response) => void response.writeHead(200, headers).end(text));
// Longer than those in front keep a connection: one that is closed while a request is on its way would be an error of nobody's.
server.keepAliveTimeout = 120_000;
server.listen(Number(port), '127.0.0.1');
