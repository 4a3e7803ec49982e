import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Begun } from '@scale-up/tracing';
import { limits } from '../limits.ts';
import type { SimpleRequest } from './simple-request.ts';

/** An answer that was made before anybody asked. */
export type Prepared = {
  /** Status line and headers, up to the value of the last one: `…x-request-id: `. */
  readonly head: string;
  /** One string with the head where that is quicker. */
  readonly body: Buffer | string;
};

/** What a request is known by. */
export type Context = Begun & { readonly id: string; readonly isFromTrustedPeer: boolean };

/** Who is told how an exchange ended. */
export type ExchangeEnd = {
  readonly isLast: boolean;
  onAnswered(exchange: Exchange, status: number): void;
  onFailed(exchange: Exchange, error: Error, wasSent: boolean): void;
};

/** Bytes up to which a part of an answer leaves Node as one string with its head, which costs less than two buffers; a longer one is kept until it is sent. */
export const takenAtOnce = 16_384;

let dateOf = 0;
let date = '';
/** The value of a Date field, made once a second. */
const httpDate = (): string => {
  const now = Date.now();
  if (now - dateOf >= 1_000) {
    dateOf = now - (now % 1_000);
    date = new Date(now).toUTCString();
  }
  return date;
};

const keptAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${limits.keepAlive / 1_000}\r\n\r\n`;
const closed = 'Connection: close\r\n\r\n';

/** One simple request and its answer. Heads end as Node writes them. */
export class Exchange {
  readonly socket: Socket;
  readonly asked: SimpleRequest;
  readonly context: Context;
  /** When the request arrived; performance.now(). */
  readonly begun: number;
  /** Told when the client left before it was answered. */
  onLeft: (() => void) | undefined;
  /** Under which it is counted. */
  route = 'none';
  /** That of a write, once it was tried: the same for all tries. */
  attemptKey: string | undefined;
  readonly #end: ExchangeEnd;
  #status = 0;
  #head = '';
  #isChunked = false;
  #isLast = false;
  #hasLeft = false;

  constructor(socket: Socket, asked: SimpleRequest, context: Context, begun: number, end: ExchangeEnd) {
    this.socket = socket;
    this.asked = asked;
    this.context = context;
    this.begun = begun;
    this.#end = end;
  }

  /** Answers 200 with what is prepared. */
  answer({ head, body }: Prepared): void {
    const { socket } = this;
    const whole = `${head}${this.context.id}\r\nDate: ${httpDate()}\r\n${keptAlive}`;
    let isTaken: boolean;
    if (typeof body === 'string') isTaken = socket.write(whole + body, 'latin1');
    else {
      socket.cork();
      socket.write(whole, 'latin1');
      isTaken = socket.write(body);
      socket.uncork();
    }
    this.#end.onAnswered(this, 200);
    if (isTaken) return;
    // Who asks and does not read is not read either.
    socket.pause();
    socket.once('drain', () => socket.resume());
  }

  /**
   * Begins an answer; what follows its head is written with it.
   * @param headers name, value, name, value; without a length the content is sent in chunks (RFC 9112 7.1)
   */
  begin(status: number, headers: readonly string[]): void {
    let lines = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
    // A 204 and a 304 have no content (RFC 9112 6.3).
    let isFramed = status === 204 || status === 304;
    let isDated = false;
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] ?? '';
      lines += `${name}: ${headers[index + 1]}\r\n`;
      if (name.length === 14) isFramed ||= name.toLowerCase() === 'content-length';
      else if (name.length === 4) isDated ||= name.toLowerCase() === 'date';
    }
    if (!isDated) lines += `Date: ${httpDate()}\r\n`;
    this.#status = status;
    this.#isLast = this.#end.isLast;
    this.#isChunked = !isFramed;
    if (this.#isLast) lines += this.#isChunked ? closed.slice(0, -2) : closed;
    else lines += this.#isChunked ? keptAlive.slice(0, -2) : keptAlive;
    this.#head = this.#isChunked ? `${lines}Transfer-Encoding: chunked\r\n\r\n` : lines;
  }

  /** Whether the answer said that the connection ends with it. */
  get isLast(): boolean {
    return this.#isLast;
  }

  /** Whether anything of the answer was written, or is about to be. */
  get hasBegun(): boolean {
    return this.#status !== 0;
  }

  /**
   * A part of the content.
   * @returns whether more is welcome before `onceDrained` says so
   */
  write(part: Buffer): boolean {
    if (part.length === 0) return true;
    const head = this.#head;
    this.#head = '';
    const before = this.#isChunked ? `${head}${part.length.toString(16)}\r\n` : head;
    const after = this.#isChunked ? '\r\n' : '';
    if (part.length <= takenAtOnce) return this.socket.write(before + part.toString('latin1') + after, 'latin1');
    this.socket.cork();
    if (before !== '') this.socket.write(before, 'latin1');
    const isTaken = this.socket.write(part);
    if (after !== '') this.socket.write(after, 'latin1');
    this.socket.uncork();
    return isTaken;
  }

  onceDrained(then: () => void): void {
    this.socket.once('drain', then);
  }

  /** The answer is whole. */
  end(): void {
    const rest = this.#isChunked ? `${this.#head}0\r\n\r\n` : this.#head;
    if (rest !== '') this.socket.write(rest, 'latin1');
    if (this.#isLast) this.socket.end();
    if (!this.#hasLeft) this.#end.onAnswered(this, this.#status);
  }

  /**
   * Lets the ordinary way go on with the request after a try that failed; nothing must have begun.
   * @param wasSent whether anything of it may have reached who should have answered
   */
  fail(error: Error, wasSent: boolean): void {
    if (!this.#hasLeft) this.#end.onFailed(this, error, wasSent);
  }

  /** The answer breaks off. A reset rather than an end: half of one is not to be taken for a whole one. */
  cut(): void {
    this.socket.resetAndDestroy();
  }

  /** The client left. */
  leave(): void {
    this.#hasLeft = true;
    this.onLeft?.();
  }
}
