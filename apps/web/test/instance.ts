import { createServer } from 'node:http';

// An instance in app's place, as a process of its own, so that it can be killed: it works for a while on what it has read, and says so.
const server = createServer((request, response) => {
  const answer = (): unknown => response.end(JSON.stringify({ pid: process.pid }));
  request.resume().on('end', () => setTimeout(answer, 20));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'ready', address, ops: address })}\n`);
});
