// A receiver of traces that takes everything and looks at nothing. Arguments: port.
import { createServer } from 'node:http';

const [port = ''] = process.argv.slice(2);
createServer((request, response) => {
  request.resume();
  request.once('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
}).listen(Number(port), '127.0.0.1');
