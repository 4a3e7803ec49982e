import type { Dispatcher } from 'undici';
import { type RawHeaders, responseHeaders } from './headers.ts';
import { RefusedAnswer } from './retry.ts';

/** Bytes of a refused answer that are read to keep its connection; a longer one costs the connection. */
const maxRefused = 65_536;

/** Where an answer goes. */
export type Sink = {
  readonly hasBegun: boolean;
  begin(status: number, headers: string[]): void;
  /** @returns whether more is welcome before `onceDrained` says so */
  write(part: Buffer): boolean;
  onceDrained(then: () => void): void;
  end(): void;
  /** The answer breaks off. A reset rather than an end: half of one is not to be taken for a whole one. */
  cut(): void;
};

/** What one attempt asks and reports; exactly one of the last three ends it. */
export type AttemptEvents = {
  /** Whether an answer is not to be passed on: the attempt fails then. */
  refuses(status: number, headers: RawHeaders): boolean;
  /** The answer begins. Gives what it adds to `Server-Timing`. */
  onAnswering(status: number): string | undefined;
  /** The whole answer went out. */
  onAnswered(): void;
  /** Nothing of an answer was sent, so another attempt, or a problem document, may follow. */
  onFailed(error: Error, wasSent: boolean): void;
  /** The answer broke off in the middle, or the client left. */
  onCut(error: Error): void;
};

/** One try to get a request answered by the upstream: undici's handler, which streams the answer to the client. */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #sink: Sink;
  readonly #requestId: string;
  readonly #events: AttemptEvents;
  #controller: Dispatcher.DispatchController | undefined;
  #ending: Error | undefined;
  #isCancelled = false;
  #isRefused = false;
  #bytesRefused = 0;

  constructor(sink: Sink, requestId: string, events: AttemptEvents) {
    this.#sink = sink;
    this.#requestId = requestId;
    this.#events = events;
  }

  /** Ends the attempt, and the upstream's work with it, because nobody waits for it. */
  cancel(reason: Error): void {
    this.#isCancelled = true;
    this.fail(reason);
  }

  /** Ends the attempt, and the upstream's work with it, as failed. */
  fail(reason: Error): void {
    this.#ending = reason;
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ending) controller.abort(this.#ending);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // "Still at it" is for the router alone, which would take a silent app for frozen (docs/decisions/0030).
    if (status < 200) return;
    const raw = Array.isArray(controller.rawHeaders) ? controller.rawHeaders : [];
    if (this.#events.refuses(status, raw)) {
      this.#isRefused = true;
      return this.#events.onFailed(new RefusedAnswer(status), true);
    }
    const timing = this.#events.onAnswering(status);
    this.#sink.begin(status, responseHeaders(raw, status, this.#requestId, timing));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isRefused) {
      this.#bytesRefused += chunk.length;
      if (this.#bytesRefused > maxRefused) controller.abort(new Error('the answer that was refused is too long'));
      return;
    }
    if (this.#sink.write(chunk)) return;
    controller.pause();
    this.#sink.onceDrained(() => controller.resume());
  }

  onResponseEnd(): void {
    if (this.#isRefused) return;
    this.#sink.end();
    this.#events.onAnswered();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isRefused) return;
    if (this.#isCancelled) return this.#events.onCut(this.#ending ?? error);
    if (!this.#sink.hasBegun) return this.#events.onFailed(error, this.#controller !== undefined);
    this.#sink.cut();
    this.#events.onCut(error);
  }
}
