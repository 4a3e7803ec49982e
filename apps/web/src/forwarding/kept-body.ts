import type { IncomingMessage } from 'node:http';
import { RequestBody } from './request-body.ts';

/** Whether a request carries content (RFC 9112 6.3). */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** A request's content, to be sent to the upstream, and again if it must. */
export type Content = {
  /** For one try. */
  forTry(): Buffer | RequestBody | null;
  /** Whether there can be another try: nothing of it has been given away for good. */
  readonly isWhole: boolean;
  /** Bytes that it keeps in memory. */
  readonly size: number;
  /** No further try follows: what still arrives is thrown away. */
  discard(): void;
};

export const nothing: Content = { forTry: () => null, isWhole: true, size: 0, discard: () => {} };

const kept = (bytes: Buffer): Content => ({
  forTry: () => bytes,
  isWhole: true,
  size: bytes.length,
  discard: () => {},
});

/** Content that is too large to keep: streamed, and whole only until its first byte left for a connection. */
class Streamed implements Content {
  readonly #source: IncomingMessage;
  readonly #beginning: readonly Buffer[];
  #body: RequestBody | undefined;
  readonly size: number;

  constructor(source: IncomingMessage, beginning: readonly Buffer[], size: number) {
    this.#source = source;
    this.#beginning = beginning;
    this.size = size;
  }

  forTry(): RequestBody {
    this.#body?.destroy();
    this.#body = new RequestBody(this.#source, this.#beginning);
    return this.#body;
  }

  get isWhole(): boolean {
    return !this.#body?.hasBegun;
  }

  // The client, busy sending, comes to read the answer then. limits.requestTimeout ends it.
  discard(): void {
    this.#source.on('error', () => {}).resume();
  }
}

/**
 * Makes a request's content ready to be sent: what fits the limit is read to its end first, so that it can be sent again; what does not is
 * streamed.
 * @param limit bytes that are kept
 * @param ready called at once, or when enough has arrived; not at all when the client leaves before
 */
export const keepContent = (source: IncomingMessage, limit: number, ready: (content: Content) => void): void => {
  if (!hasBody(source)) return ready(nothing);
  // Without a length, as many bytes as may be kept tell.
  if (Number(source.headers['content-length'] ?? 0) > limit) return ready(new Streamed(source, [], limit));
  const parts: Buffer[] = [];
  let length = 0;
  const onData = (chunk: Buffer): void => {
    parts.push(chunk);
    length += chunk.length;
    if (length <= limit) return;
    source.off('data', onData).off('end', onEnd).pause();
    ready(new Streamed(source, parts, length));
  };
  const onEnd = (): void => {
    const [first] = parts;
    ready(kept(parts.length === 1 && first ? first : Buffer.concat(parts)));
  };
  source.on('data', onData).on('end', onEnd);
};
