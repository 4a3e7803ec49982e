import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after } from 'node:test';

/** A TCP relay that deals connections out in turn, without looking whether anybody is there: worse than any balancer. */
export const startRelay = async (urls: readonly string[]): Promise<string> => {
  let turn = 0;
  const open = new Set<Socket>();
  const tie = (from: Socket, to: Socket): void => {
    open.add(from);
    from.pipe(to);
    from.on('error', () => {});
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    const { port, hostname } = new URL(urls[turn++ % urls.length] ?? '');
    const upstream = connect(Number(port), hostname);
    tie(client, upstream);
    tie(upstream, client);
  }).listen(0, '127.0.0.1');
  after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
