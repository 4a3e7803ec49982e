import type { ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { responseHeaders } from './headers.ts';

// A small answer leaves Node as one string with its headers, which costs less than two buffers (see static-file.ts).
const maxStringPart = 16_384;

/** What one attempt reports; exactly one of the three ends it. */
export type AttemptEvents = {
  /** The whole answer went out. */
  readonly onAnswered: () => void;
  /** Nothing of an answer was sent, so another attempt, or a problem document, may follow. */
  readonly onFailed: (error: Error) => void;
  /** The answer broke off in the middle, or the client left. */
  readonly onCut: (error: Error) => void;
};

/** One try to get a request answered by the upstream: undici's handler that streams its answer to the client. */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #events: AttemptEvents;
  #controller: Dispatcher.DispatchController | undefined;
  #cancelled: Error | undefined;

  constructor(response: ServerResponse, requestId: string, events: AttemptEvents) {
    this.#response = response;
    this.#requestId = requestId;
    this.#events = events;
  }

  /** Ends the attempt, and the upstream's work with it. */
  cancel(reason: Error): void {
    this.#cancelled = reason;
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#cancelled) controller.abort(this.#cancelled);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const response = this.#response;
    if (status < 200) {
      // "Still at it": passed on, so that the hop before this one waits, too.
      if (status === 102 && response.req.httpVersionMinor > 0) response.writeProcessing();
      return;
    }
    const raw = controller.rawHeaders;
    response.writeHead(status, responseHeaders(Array.isArray(raw) ? raw : [], status, this.#requestId));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const part = chunk.length <= maxStringPart ? chunk.toString('latin1') : chunk;
    if (this.#response.write(part, 'latin1')) return;
    controller.pause();
    this.#response.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    this.#response.end();
    this.#events.onAnswered();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#cancelled) return this.#events.onCut(this.#cancelled);
    if (!this.#response.headersSent) return this.#events.onFailed(error);
    // A reset rather than an end: even where the end of the connection is the end of the answer, half of one is not a whole.
    this.#response.socket?.resetAndDestroy();
    this.#events.onCut(error);
  }
}
