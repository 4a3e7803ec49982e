// Takes whatever it is told (OTLP over HTTP) and forgets it. Argument: port.
import { createServer } from 'node:http';

const [port = ''] = process.argv.slice(2);
const headers = { 'content-type': 'application/json' };
createServer((request, response) => {
  request.resume();
  request.once('end', () => response.writeHead(200, headers).end('{}'));
}).listen(Number(port), '127.0.0.1');
