import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Health } from '../health.ts';
import { limits } from '../limits.ts';
import { isCallerGone } from '../request-checks.ts';
import { type Context, Exchange, type ExchangeEnd } from './exchange.ts';
import { readSimpleRequest, type SimpleRequest } from './simple-request.ts';

/** What all connections on the fast path share. */
export type FastPath = {
  readonly health: Health;
  /**
   * Takes a request, to be answered now or later.
   * @returns false to let it take the ordinary way
   */
  readonly take: (exchange: Exchange) => boolean;
  /** What a request is known by. */
  readonly contextOf: (socket: Socket, asked: SimpleRequest) => Context;
  /** Told of each answer. */
  readonly answered: (exchange: Exchange, status: number) => void;
  /** Told of each that did not get to its end. */
  readonly left: (exchange: Exchange) => void;
};

/** A request that was tried here, and is the first that Node's HTTP server has of its connection. */
export type Tried = { readonly exchange: Exchange; readonly error: Error; readonly wasSent: boolean };

const tried = new WeakMap<Socket, Tried>();

/** The request that a connection's next one is the same as, if it was tried already. */
export const triedOn = (socket: Socket): Tried | undefined => tried.get(socket);

/** No later request of the connection is that one. */
export const forgetTried = (socket: Socket): void => void tried.delete(socket);

/** A connection whose requests have all been simple so far. The first one that is not gives it to Node's HTTP server for good. */
export class FastConnection implements ExchangeEnd {
  readonly #socket: Socket;
  readonly #path: FastPath;
  readonly #left: (connection: FastConnection) => void;
  readonly #ordinary: (socket: Socket) => void;
  /** When it was opened or last used, in milliseconds. */
  #usedAt = performance.now();
  #wasUsed = false;
  #exchange: Exchange | undefined;
  /** What is asked now, whole or not, and what came after it. */
  #asking: Buffer | undefined;
  #next: Buffer | undefined;
  #isClosing = false;

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

  readonly #onData = (chunk: Buffer): void => {
    if (this.#exchange) {
      // Answers keep the order of the requests, so what comes meanwhile waits.
      this.#next = this.#next ? Buffer.concat([this.#next, chunk]) : chunk;
      this.#socket.pause();
      return;
    }
    const { health, contextOf, take } = this.#path;
    const asking = this.#asking ? Buffer.concat([this.#asking, chunk]) : chunk;
    // Whose caller is gone is refused on the ordinary way: without a known peer its attempt key would not be believed, and a write done twice.
    const isOrdinary = health.phase === 'draining' || isCallerGone({ socket: this.#socket });
    const asked = isOrdinary ? undefined : readSimpleRequest(asking);
    if (!asked) return this.#giveAway(asking);
    if (!this.#asking) this.#usedAt = performance.now();
    this.#asking = asking;
    if (asked === 'incomplete') return;
    this.#wasUsed = true;
    const exchange = new Exchange(this.#socket, asked, contextOf(this.#socket, asked), this.#usedAt, this);
    this.#exchange = exchange;
    if (!take(exchange)) this.#refuse();
  };

  /** The exchange is over: its answer was written. */
  onAnswered(exchange: Exchange, status: number): void {
    this.#exchange = undefined;
    this.#asking = undefined;
    this.#usedAt = performance.now();
    this.#path.answered(exchange, status);
    const next = this.#next;
    if (next && !exchange.isLast) {
      this.#next = undefined;
      setImmediate(() => {
        if (this.#socket.destroyed) return;
        this.#socket.resume();
        this.#onData(next);
      });
    } else if (this.#isClosing) this.close();
  }

  /** A try failed before anything was answered: the ordinary way goes on from there. */
  onFailed(exchange: Exchange, error: Error, wasSent: boolean): void {
    tried.set(this.#socket, { exchange, error, wasSent });
    this.#refuse();
  }

  #refuse(): void {
    // Its `close` is on its way, and ends the exchange as left.
    if (this.#socket.destroyed) return;
    const [asking, next] = [this.#asking, this.#next];
    this.#exchange = undefined;
    if (next) this.#socket.unshift(next);
    this.#giveAway(asking);
    if (next) this.#socket.resume();
  }

  /** Whether answers are to say that the connection ends with them. */
  get isLast(): boolean {
    return this.#path.health.phase === 'draining';
  }

  /** Looks after it once a second or so. */
  check(now: number): void {
    // An answer that is waited for, or still being read.
    if (this.#exchange || this.#socket.writableLength > 0) this.#usedAt = now;
    const idle = now - this.#usedAt;
    // Nothing, or half a request, for a second: the limits for what is slow are Node's to keep.
    const isUnfinished = this.#asking !== undefined || !this.#wasUsed;
    if (!this.#exchange && isUnfinished && idle > 1_000) this.#giveAway(this.#asking);
    else if (idle > limits.keepAlive) this.#socket.destroy();
  }

  /** Closes it as soon as nothing is on its way. */
  close(): void {
    this.#isClosing = true;
    if (this.#exchange) return;
    if (this.#asking) return this.#giveAway(this.#asking);
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

  // As Node's server does it: who ends a connection does not wait for an answer.
  readonly #onEnd = (): void => {
    this.#leave();
    this.#socket.end();
  };
  readonly #onError = (): void => void this.#socket.destroy();
  readonly #onClose = (): void => {
    this.#left(this);
    this.#leave();
  };

  #leave(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (!exchange) return;
    exchange.leave();
    this.#path.left(exchange);
  }
}

/**
 * Reads the simple requests of a server's connections, and lets `take` answer them, before Node's HTTP server sees them.
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
