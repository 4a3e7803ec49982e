import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Bytes of a connection on their way, in one direction; what it returns goes on, undefined ends the connection at once. */
export type Watch = (chunk: Buffer) => Buffer | undefined;

export type RelayOptions = {
  /** Ports to go to, one connection after another; one that refuses is passed over, as a load balancer would. */
  readonly targets: () => readonly number[];
  /** Made for each connection, which it may cut: sees what the client and what the server sends. */
  readonly watch?: (cut: () => void) => { readonly fromClient: Watch; readonly fromServer: Watch };
};

/** A TCP relay on loopback whose connections can be refused, cut and watched. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #turn = 0;
  port = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Listens; the second time on the port of the first. */
  async start(): Promise<void> {
    this.#server = createServer({ pauseOnConnect: true }, (near) => void this.#serve(near));
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** Refuses connections and ends those there are. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    this.cut();
    await once(server, 'close');
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #serve(near: Socket): Promise<void> {
    near.on('error', () => {});
    const far = await this.#reach();
    if (!far || near.destroyed) {
      near.destroy();
      far?.destroy();
      return;
    }
    const watch = this.#options.watch?.(() => {
      near.destroy();
      far.destroy();
    });
    this.#join(near, far, watch?.fromClient);
    this.#join(far, near, watch?.fromServer);
    near.resume();
  }

  /** A connection to the first target that accepts. */
  async #reach(): Promise<Socket | undefined> {
    const targets = this.#options.targets();
    this.#turn += 1;
    for (let index = 0; index < targets.length; index += 1) {
      const far = connect(targets[(this.#turn + index) % targets.length] as number, '127.0.0.1');
      try {
        await once(far, 'connect');
        return far;
      } catch {
        far.destroy();
      }
    }
    return undefined;
  }

  #join(from: Socket, to: Socket, watch: Watch | undefined): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      const passed = watch ? watch(chunk) : chunk;
      if (passed === undefined) {
        from.destroy();
        to.destroy();
      } else if (!to.write(passed)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    from.on('end', () => to.end());
    from.on('error', () => {});
    from.on('close', (hadError) => {
      this.#sockets.delete(from);
      if (hadError) to.destroy();
      else to.end();
    });
  }
}
