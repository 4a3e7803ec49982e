import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** Whether a request carries content (RFC 9112 6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * A request's body for one attempt to forward it. undici destroys the stream of an attempt that failed, and destroying an
 * IncomingMessage closes the client's connection: the answer that says what failed would be lost.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage;
  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#source.pause();
  };
  readonly #onEnd = (): void => void this.push(null);
  readonly #onError = (error: Error): void => void this.destroy(error);

  constructor(source: IncomingMessage) {
    super();
    this.#source = source;
    source.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError);
    source.pause();
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const source = this.#source;
    source.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError);
    // What still arrives is thrown away, so that the client, busy sending, comes to read the answer. limits.requestTimeout ends it.
    source.on('error', () => {}).resume();
    done(error);
  }
}
