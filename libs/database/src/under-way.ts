import type { Socket } from 'node:net';

/** Milliseconds for an opening to be done after a connection was lost; a database on the same network opens one in 20 to 50. */
const grace = 200;

/**
 * Connections that are being opened. One that was begun before another was lost may lead to a server that is gone, and never hear a word: HAProxy 3.0.11 forgets a
 * connection it is making when it takes a server out (`on-marked-down shutdown-sessions`), whose client then waits for as long as it likes. Nothing has been asked
 * there yet, so it is given up, and whoever waits for it gets another. The same goes for a connection that looks whether the database is back.
 */
export class UnderWay {
  readonly #sockets = new Set<Socket>();

  /** One is being opened. */
  begin(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** It is open. */
  end(socket: Socket | undefined): void {
    if (socket) this.#sockets.delete(socket);
  }

  /** A connection was lost: what is under way now is not waited for much longer. */
  suspect(): void {
    const suspects = [...this.#sockets];
    if (suspects.length === 0) return;
    const giveUp = (): void => {
      for (const socket of suspects) if (this.#sockets.has(socket)) socket.destroy();
    };
    setTimeout(giveUp, grace).unref();
  }
}
