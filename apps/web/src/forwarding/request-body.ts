import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * A request's body for one attempt to forward it. undici destroys the stream of an attempt that failed, and destroying an
 * IncomingMessage closes the client's connection: the answer that says what failed would be lost.
 */
export class RequestBody extends Readable {
  readonly #source: IncomingMessage;
  readonly #beginning: readonly Buffer[];
  #hasBegun = false;
  readonly #onData = (chunk: Buffer): void => {
    this.#hasBegun = true;
    if (!this.push(chunk)) this.#source.pause();
  };
  readonly #onEnd = (): void => void this.push(null);
  readonly #onError = (error: Error): void => void this.destroy(error);

  /**
   * @param source the client's request
   * @param beginning what was read of it already
   */
  constructor(source: IncomingMessage, beginning: readonly Buffer[]) {
    super();
    this.#source = source;
    this.#beginning = beginning;
    source.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError);
    source.pause();
  }

  /** Whether a part of it was taken: undici asks for the first one when it has a connection. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  override _read(): void {
    if (!this.#hasBegun && this.#beginning.length > 0) {
      this.#hasBegun = true;
      for (const chunk of this.#beginning) this.push(chunk);
      return;
    }
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const source = this.#source;
    source.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError);
    // An untouched source waits for the next attempt. Otherwise what still arrives is thrown away, so that the client, busy sending,
    // comes to read the answer; limits.requestTimeout ends it.
    if (this.#hasBegun) source.on('error', () => {}).resume();
    else source.pause();
    done(error);
  }
}
