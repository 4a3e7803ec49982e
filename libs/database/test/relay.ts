import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What happens to a connection at its COMMIT: cut before the server gets it, or after the server has answered it and before the client
 * hears of that.
 */
export type Cut = 'before' | 'after';

/** pg sends COMMIT as a simple query: 'Q', length, text, 0; the server's tag for it is the same word (PostgreSQL manual 53.7). */
const commitMessage = Buffer.from('COMMIT\0');

/** A way to the database that counts connections, can be taken away like the database's own, and cuts a COMMIT on demand. */
export class Relay {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  /** Of clients that never hear a word. */
  readonly #unheard = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #cuts: Cut[] = [];
  #unanswered = 0;
  /** Connections so far. */
  connections = 0;
  /** The most that there were at once. */
  most = 0;
  /** How often a client had something to say after it was answered, or for the first time: the ways there and back. */
  ways = 0;
  /** COMMITs cut so far. */
  commitsCut = 0;

  private constructor(url: string) {
    this.#target = Number(new URL(url).port);
  }

  static async start(url: string): Promise<Relay> {
    const relay = new Relay(url);
    await relay.listen();
    return relay;
  }

  /** The address of a database, by way of this. */
  through(url: string): string {
    const address = new URL(url);
    address.port = String(this.#port);
    return address.href;
  }

  /** The next COMMITs are cut, in this order. */
  cutNextCommits(...cuts: Cut[]): void {
    this.#cuts = cuts;
  }

  /** So many of the next connections are taken, and never hear a word. */
  leaveUnanswered(count: number): void {
    this.#unanswered = count;
  }

  /** The second time on the port of the first. */
  async listen(): Promise<void> {
    this.#server = createServer((near) => this.#join(near, connect(this.#target, '127.0.0.1')));
    // A test file ends although this is open.
    this.#server.listen(this.#port, '127.0.0.1').unref();
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /**
   * Refuses connections and ends those there are. Not by resetAndDestroy: on a socket that is just saying goodbye it leaves a handle that is
   * never closed, and the process spins at its exit for ever (Node 24.21, about one run in six).
   */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    this.cut();
    for (const socket of this.#unheard) socket.destroy();
    await once(server, 'close');
  }

  /** Ends so many of the connections there are, the oldest first, but none of those that never hear a word. */
  cut(most = Number.POSITIVE_INFINITY): void {
    // Two sockets each.
    for (const socket of [...this.#sockets].slice(0, 2 * most)) socket.destroy();
  }

  #join(near: Socket, far: Socket): void {
    this.connections += 1;
    if (this.#unanswered > 0) {
      this.#unanswered -= 1;
      far.destroy();
      this.#unheard.add(near);
      near.on('error', () => {}).on('close', () => this.#unheard.delete(near));
      return;
    }
    let isCut = false;
    let isAsking = false;
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    near.on('data', (bytes) => {
      if (!isAsking) this.ways += 1;
      isAsking = true;
      if (!bytes.includes(commitMessage) || this.#cuts.length === 0) return void far.write(bytes);
      this.commitsCut += 1;
      isCut = true;
      if (this.#cuts.shift() === 'after') far.write(bytes);
      else cut();
    });
    // What was sent before the COMMIT may be answered in a piece of its own.
    far.on('data', (bytes) => {
      isAsking = false;
      if (isCut && bytes.includes(commitMessage)) cut();
      else near.write(bytes);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
    }
    this.most = Math.max(this.most, this.#sockets.size / 2);
  }
}
