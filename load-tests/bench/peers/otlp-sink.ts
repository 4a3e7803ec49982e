// Takes whatever it is told (OTLP over HTTP), forgets it, and says to a GET how often that was. Argument: port.
import { createServer } from 'node:http';

const [port = ''] = process.argv.slice(2);
const headers = { 'content-type': 'application/json' };
let told = 0;
createServer((request, response) => {
  if (request.method === 'POST') told += 1;
  request.resume();
  request.once('end', () => response.writeHead(200, headers).end(JSON.stringify({ told })));
}).listen(Number(port), '127.0.0.1');
