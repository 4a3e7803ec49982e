import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Relay = {
  readonly url: string;
  /** How many ms each answer is late from now on. */
  readonly delay: (ms: number) => void;
  readonly stop: () => Promise<void>;
};

/** Another address of a server, by way of which its answers can be late. */
export const startRelay = async (target: string): Promise<Relay> => {
  let late = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(target).port), '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => void (sockets.delete(one), other.destroy()));
    }
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (late === 0) near.write(data);
      else setTimeout(() => near.write(data), late);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delay: (ms) => void (late = ms),
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
};
