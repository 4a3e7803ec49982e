import { connect, type Socket } from 'node:net';
import { takenAtOnce } from '@scale-up/service';
import { errors } from 'undici';
import { type AnswerHead, notHttp, readAnswerHead, UnreadableAnswer } from './answer-head.ts';
import { ChunkedContent } from './chunked-content.ts';
import type { Try } from './try.ts';

/** Bytes of an answer's status line and headers: as of a request's (limits.headers). */
const longestHead = 16_384;

const blankLine = Buffer.from('\r\n\r\n');

/** Where all connections read to: what is read is used, or copied, before the next one reads. */
const arrivals = Buffer.allocUnsafeSlow(65_536);

/** Where an upstream is. */
export type Place = {
  readonly host: string;
  readonly port: number;
  /** What a request's Host field says. */
  readonly authority: string;
};

/** Who a connection belongs to. */
export type Owner = {
  /** Milliseconds in which there must be a connection. */
  readonly connectTimeout: number;
  /** It can be used again. */
  onFree(connection: UpstreamConnection): void;
  onGone(connection: UpstreamConnection): void;
};

/** A connection to the upstream, which answers one request at a time. */
export class UpstreamConnection {
  readonly #socket: Socket;
  readonly #owner: Owner;
  readonly #connecting: NodeJS.Timeout;
  #try: Try | undefined;
  /** When something was last sent or read; performance.now(). */
  #usedAt = performance.now();
  #isPaused = false;
  #error: Error | undefined;
  /** The beginning of a head whose end has not come. */
  #beginning: Buffer | undefined;
  #head: AnswerHead | undefined;
  #left = 0;
  #chunks: ChunkedContent | undefined;

  /** @param first the try for which it is opened */
  constructor({ host, port }: Place, owner: Owner, first: Try) {
    this.#owner = owner;
    this.#try = first;
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      onread: { buffer: arrivals, callback: (size) => this.#onRead(size) },
    });
    this.#connecting = setTimeout(() => {
      this.#socket.destroy(
        new errors.ConnectTimeoutError(`no connection to ${host}:${port} in ${owner.connectTimeout} ms`),
      );
    }, owner.connectTimeout);
    this.#socket
      .on('connect', () => {
        clearTimeout(this.#connecting);
        this.#begin(first);
      })
      .on('end', () => this.#onEnd())
      .on('error', (error) => (this.#error = error))
      .on('close', () => this.#onClose());
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** When something was last sent or read; performance.now(). */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** Sends a request; the connection must be free. */
  take(next: Try): void {
    this.#try = next;
    this.#begin(next);
  }

  /** Ends a try whose answer does not begin, or does not go on. */
  check(now: number, patience: number): void {
    // Who does not read is not to be blamed on the upstream.
    if (!this.#try || this.#isPaused || this.#socket.connecting || now - this.#usedAt <= patience) return;
    this.#fail(this.#head ? new errors.BodyTimeoutError() : new errors.HeadersTimeoutError());
  }

  /** Nobody waits for what it brings any more. */
  destroy(): void {
    this.#try = undefined;
    this.#socket.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#usedAt = performance.now();
    this.#socket.resume();
  }

  #begin(begun: Try): void {
    if (this.#isPaused) this.resume();
    begun.begin(this);
    if (begun.isOver) return;
    this.#usedAt = performance.now();
    const { head, body } = begun;
    if (!body) this.#socket.write(head, 'latin1');
    else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#socket.write(body);
      this.#socket.uncork();
    }
  }

  #onRead(size: number): boolean {
    // Nobody asked: what comes next could be taken for an answer to who asks next.
    if (!this.#try) this.#socket.destroy();
    else {
      try {
        this.#read(arrivals.subarray(0, size));
      } catch (error) {
        this.#fail(error as Error);
      }
    }
    return true;
  }

  #read(arrived: Buffer): void {
    if (this.#head) return this.#readContent(this.#head, arrived);
    const part = this.#beginning ? Buffer.concat([this.#beginning, arrived]) : arrived;
    this.#beginning = undefined;
    for (let at = 0; at < part.length;) {
      const end = part.indexOf(blankLine, at) + 4;
      if (end === 3 || end - at > longestHead) {
        if (part.length - at > longestHead)
          throw new UnreadableAnswer('the upstream answers with a head that is too long');
        // Who speaks no HTTP says so at once; who speaks it is waited for.
        if (!'HTTP/1.'.startsWith(part.toString('latin1', at, Math.min(at + 7, part.length))))
          throw new UnreadableAnswer(notHttp);
        this.#beginning = Buffer.from(part.subarray(at));
        return;
      }
      const head = readAnswerHead(part.toString('latin1', at, end), this.#try?.isHead ?? false);
      if (head.status === 101) throw new UnreadableAnswer('the upstream changes the protocol');
      at = end;
      // "Still at it" is no answer yet.
      if (head.status < 200) continue;
      this.#usedAt = performance.now();
      return this.#start(head, part.subarray(at));
    }
  }

  #start(head: AnswerHead, rest: Buffer): void {
    const current = this.#try;
    this.#head = head;
    if (head.content === 'chunked') this.#chunks = new ChunkedContent();
    else if (typeof head.content === 'number') this.#left = head.content;
    current?.answerBegins(head);
    // Who was told may have ended it.
    if (this.#try !== current) return;
    if (head.content === 0) this.#finish(rest.length > 0);
    else if (rest.length > 0) this.#readContent(head, rest);
  }

  #readContent({ content }: AnswerHead, part: Buffer): void {
    const current = this.#try;
    this.#usedAt = performance.now();
    if (content === 'until the end') return this.#give(part);
    if (content === 'chunked') {
      const end = this.#chunks?.read(part, (piece) => this.#give(piece)) ?? -1;
      if (end !== -1 && this.#try === current) this.#finish(end < part.length);
      return;
    }
    const size = Math.min(this.#left, part.length);
    this.#left -= size;
    this.#give(size === part.length ? part : part.subarray(0, size));
    if (this.#left === 0 && this.#try === current) this.#finish(size < part.length);
  }

  #give(content: Buffer): void {
    this.#try?.contentCame(content.length > takenAtOnce ? Buffer.from(content) : content);
  }

  /** @param hasMore something follows that nobody asked for */
  #finish(hasMore: boolean): void {
    const current = this.#try;
    const isLast = hasMore || (this.#head?.isLast ?? true) || this.#socket.writableLength > 0;
    this.#try = undefined;
    this.#head = undefined;
    this.#chunks = undefined;
    if (isLast) this.#socket.destroy();
    else this.#owner.onFree(this);
    current?.answerEnds();
  }

  #fail(error: Error): void {
    const current = this.#try;
    this.destroy();
    current?.fail(error);
  }

  #onEnd(): void {
    if (this.#try && this.#head?.content === 'until the end') this.#finish(false);
    else this.#fail(new errors.SocketError('the upstream closed the connection'));
  }

  #onClose(): void {
    clearTimeout(this.#connecting);
    this.#owner.onGone(this);
    const current = this.#try;
    this.#try = undefined;
    current?.fail(this.#error ?? new errors.SocketError('the connection to the upstream is closed'));
  }
}
