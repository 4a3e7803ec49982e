import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { after } from 'node:test';

/** An address at which nobody is, until somebody comes. */
export const startAbsence = async () => {
  const place = createSocketServer().listen(0, '127.0.0.1');
  await once(place, 'listening');
  const { port } = place.address() as AddressInfo;
  place.close();
  await once(place, 'close');
  return {
    url: `http://127.0.0.1:${port}`,
    /** An upstream comes to stay. */
    come: async (listener: RequestListener): Promise<void> => {
      const server = createServer(listener).listen(port, '127.0.0.1');
      after(() => {
        server.closeAllConnections();
        server.close();
      });
      await once(server, 'listening');
    },
  };
};

/** An upstream of plain sockets: what it does with the nth connection once a request began to arrive on it. */
export const startSockets = async (onData: (socket: Socket, data: Buffer, connection: number) => void) => {
  let connections = 0;
  const server = createSocketServer((socket) => {
    connections += 1;
    const connection = connections;
    socket.on('error', () => {});
    socket.on('data', (data) => onData(socket, data, connection));
  }).listen(0, '127.0.0.1');
  after(() => void server.close());
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
};
