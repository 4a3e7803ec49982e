import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Health } from '../health.ts';
import { limits } from '../limits.ts';
import { readSimpleGet, type SimpleGet } from './simple-get.ts';

/** An answer that was made before anybody asked. */
export type Prepared = {
  /** Status line and headers, up to the value of the last one: `…x-request-id: `. */
  readonly head: string;
  /** One string with the head where that is quicker. */
  readonly body: Buffer | string;
};

/**
 * Finds the prepared answer to a GET.
 * @returns undefined to let the request take the ordinary way
 */
export type Find = (target: string, acceptEncoding: string | undefined) => Prepared | undefined;

/** What all connections on the fast path share. */
export type FastPath = {
  readonly find: Find;
  readonly health: Health;
  /** The id under which a request is answered. */
  readonly idOf: (socket: Socket, asked: SimpleGet) => string;
  /** Told of each answer, with the milliseconds it took. */
  readonly answered: (socket: Socket, asked: SimpleGet, id: string, milliseconds: number) => void;
};

let dateOf = 0;
let end = '';
/** What follows the request's id, as Node writes it; made once a second. */
const endOfHead = (): string => {
  const now = Date.now();
  if (now - dateOf >= 1_000) {
    dateOf = now - (now % 1_000);
    const keptFor = limits.keepAlive / 1_000;
    end = `\r\nDate: ${new Date(now).toUTCString()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keptFor}\r\n\r\n`;
  }
  return end;
};

/** A connection whose requests have all been simple so far. The first one that is not gives it to Node's HTTP server for good. */
export class FastConnection {
  readonly #socket: Socket;
  readonly #path: FastPath;
  readonly #left: (connection: FastConnection) => void;
  /** When it was opened or last used, in milliseconds. */
  #usedAt = performance.now();
  #wasUsed = false;

  /**
   * @param left told when it is closed, or given away
   * @param ordinary Node's HTTP server's own listener of connections
   */
  constructor(
    socket: Socket,
    path: FastPath,
    left: (connection: FastConnection) => void,
    ordinary: (socket: Socket) => void,
  ) {
    this.#socket = socket;
    this.#path = path;
    this.#left = left;
    this.#ordinary = ordinary;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
  }

  readonly #ordinary: (socket: Socket) => void;

  readonly #onData = (chunk: Buffer): void => {
    const begun = performance.now();
    const { health, find, idOf, answered } = this.#path;
    const asked = health.phase === 'draining' ? undefined : readSimpleGet(chunk);
    const prepared = asked && find(asked.target, asked.acceptEncoding);
    if (!prepared) return this.#giveAway(chunk);
    const socket = this.#socket;
    this.#usedAt = begun;
    this.#wasUsed = true;
    const id = idOf(socket, asked);
    this.#write(prepared, id);
    answered(socket, asked, id, performance.now() - begun);
  };

  #write({ head, body }: Prepared, id: string): void {
    const socket = this.#socket;
    const whole = head + id + endOfHead();
    let isTaken: boolean;
    if (typeof body === 'string') isTaken = socket.write(whole + body, 'latin1');
    else {
      socket.cork();
      socket.write(whole, 'latin1');
      isTaken = socket.write(body);
      socket.uncork();
    }
    if (isTaken) return;
    // Who asks and does not read is not read either.
    socket.pause();
    socket.once('drain', () => socket.resume());
  }

  /** Looks after it once a second or so. */
  check(now: number): void {
    // An answer that is still being read.
    if (this.#socket.writableLength > 0) this.#usedAt = now;
    const idle = now - this.#usedAt;
    // Nothing for a second: the limits for what is slow are Node's to keep.
    if (!this.#wasUsed && idle > 1_000) this.#giveAway();
    else if (idle > limits.keepAlive) this.#socket.destroy();
  }

  /** Closes it, when nothing is on its way. */
  close(): void {
    if (this.#socket.writableLength === 0) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  #giveAway(chunk?: Buffer): void {
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose);
    this.#left(this);
    if (chunk) socket.unshift(chunk);
    this.#ordinary(socket);
  }

  // Node's server allows half-open connections, so that it can still answer; here nothing is left to be answered.
  readonly #onEnd = (): void => void this.#socket.end();
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => this.#left(this);
}

/**
 * Reads the simple requests of a server's connections, and answers those whose answer is prepared, before Node's HTTP server sees them.
 * @returns ends the connections that are still here
 */
export const takeFastPath = (server: Server, path: FastPath): (() => void) => {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  const ordinary = (socket: Socket): void => {
    for (const listener of listeners) listener.call(server, socket);
  };
  const connections = new Set<FastConnection>();
  const left = (connection: FastConnection): void => void connections.delete(connection);
  server.on('connection', (socket: Socket) => {
    if (path.health.phase === 'draining') ordinary(socket);
    else connections.add(new FastConnection(socket, path, left, ordinary));
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.check(now);
  }, 1_000).unref();
  return () => {
    clearInterval(timer);
    for (const connection of connections) connection.close();
  };
};
