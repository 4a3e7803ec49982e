import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port that goes to the database, and can be taken away like the database's own. */
export class Relay {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(targetUrl: string) {
    this.#target = Number(new URL(targetUrl).port);
  }

  /** The address of a database, by way of this. */
  through(url: string): string {
    const address = new URL(url);
    address.port = String(this.#port);
    return address.href;
  }

  /** Listens; the second time on the port of the first. */
  async start(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.pipe(other);
        one
          .on('error', () => other.destroy())
          .on('close', () => {
            this.#sockets.delete(one);
            other.destroy();
          });
      }
    });
    // A test file ends although this is open, such as when it could not start what it tests.
    this.#server.listen(this.#port, '127.0.0.1').unref();
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections and ends those there are (by no reset: Node 24.21 was seen to spin at its exit after some). */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(server, 'close');
  }
}
