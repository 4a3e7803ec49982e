import type { Dispatcher } from 'undici';
import type { AnswerHead } from './answer-head.ts';
import type { UpstreamConnection } from './connection.ts';

/** Who is told what comes of a try: the part of undici's handler that is of use here. */
export type TryHandler = Required<
  Pick<
    Dispatcher.DispatchHandler,
    'onRequestStart' | 'onResponseStart' | 'onResponseData' | 'onResponseEnd' | 'onResponseError'
  >
>;

const noHeaders = {};

/** A request on its way over one connection, and undici's controller of it. */
export class Try implements Dispatcher.DispatchController {
  /** Whether it asks for no content. */
  readonly isHead: boolean;
  /** Request line and headers, with the blank line. */
  readonly head: string;
  readonly body: Buffer | null;
  rawHeaders: string[] = [];
  readonly rawTrailers: string[] = [];
  reason: Error | null = null;
  paused = false;
  readonly #handler: TryHandler;
  #connection: UpstreamConnection | undefined;
  #isOver = false;

  constructor(isHead: boolean, head: string, body: Buffer | null, handler: TryHandler) {
    this.isHead = isHead;
    this.head = head;
    this.body = body;
    this.#handler = handler;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get aborted(): boolean {
    return this.reason !== null;
  }

  /** There is a connection, on which the request is about to be sent. */
  begin(connection: UpstreamConnection): void {
    this.#connection = connection;
    this.#handler.onRequestStart(this, undefined);
  }

  answerBegins({ status, rawHeaders }: AnswerHead): void {
    this.rawHeaders = rawHeaders;
    this.#handler.onResponseStart(this, status, noHeaders, undefined);
  }

  contentCame(content: Buffer): void {
    if (!this.#isOver) this.#handler.onResponseData(this, content);
  }

  answerEnds(): void {
    this.#leave();
    this.#handler.onResponseEnd(this, noHeaders);
  }

  fail(error: Error): void {
    if (this.#isOver) return;
    this.#leave();
    this.#handler.onResponseError(this, error);
  }

  abort(reason: Error): void {
    if (this.#isOver) return;
    this.reason = reason;
    this.#connection?.destroy();
    this.fail(reason);
  }

  pause(): void {
    this.paused = true;
    this.#connection?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#connection?.resume();
  }

  /** The connection is another's from now on. */
  #leave(): void {
    this.#isOver = true;
    this.#connection = undefined;
  }
}
