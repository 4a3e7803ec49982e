import type { Exchange, Logger } from '@scale-up/service';
import { Attempt, type AttemptEvents } from './attempt.ts';
import { ClientLeft, type Forwarding } from './forwarded-request.ts';
import { inboundOfExchange, type RawHeaders, requestHeaders } from './headers.ts';
import { isAbsence } from './retry.ts';
import { TracedTries } from './traced-tries.ts';

/** A simple request's first try, on the fast path. Nearly all are the last; a `ForwardedRequest` goes on where one fails. */
export class FirstTry implements AttemptEvents {
  readonly #exchange: Exchange;
  readonly #forwarding: Forwarding;
  readonly #logger: Logger;
  readonly #spans: TracedTries | undefined;

  constructor(exchange: Exchange, forwarding: Forwarding, logger: Logger) {
    this.#exchange = exchange;
    this.#forwarding = forwarding;
    this.#logger = logger;
    const { context, asked } = exchange;
    this.#spans = context.span && new TracedTries(context.span, forwarding.upstream, asked.method, asked.target);
  }

  send(): void {
    const exchange = this.#exchange;
    const attempt = new Attempt(exchange, exchange.context.id, this);
    exchange.onLeft = () => attempt.cancel(new ClientLeft('the client closed the connection'));
    const headers = requestHeaders(inboundOfExchange(exchange));
    this.#spans?.tryBegins(headers);
    const { target: path, method, body = null } = exchange.asked;
    this.#forwarding.connections.dispatch({ path, method, headers, body, isFresh: false }, attempt);
  }

  refuses(status: number, headers: RawHeaders): boolean {
    return isAbsence(status, headers);
  }

  onAnswering(status: number): undefined {
    this.#spans?.answerBegins(status);
  }

  onAnswered(): void {
    this.#spans?.tryAnswered();
  }

  onFailed(error: Error, wasSent: boolean): void {
    this.#spans?.tryFailed(error);
    this.#exchange.fail(error, wasSent);
  }

  onCut(error: Error): void {
    this.#spans?.tryFailed(error);
    this.#forwarding.failures.inc({ reason: error instanceof ClientLeft ? 'client-left' : 'cut' });
    const { id, trace } = this.#exchange.context;
    this.#logger.info({ request_id: id, trace_id: trace.traceId, err: error }, 'forwarded request cut');
  }
}
