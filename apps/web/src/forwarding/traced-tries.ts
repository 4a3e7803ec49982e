import { type Span, traceparentOf } from '@scale-up/tracing';
import { RefusedAnswer } from './retry.ts';

/** Characters of an address: a client may make it as long as headers may be. */
const longest = 500;

const failureOf = (error: Error): string =>
  error instanceof RefusedAnswer
    ? String(error.status)
    : ((error as NodeJS.ErrnoException).code ?? error.constructor.name);

const valueAfter = (headers: readonly string[], name: string): number => {
  for (let index = 0; index < headers.length; index += 2) if (headers[index] === name) return index + 1;
  throw new Error(`there is no ${name} among the headers`);
};

/** Whom tries go to. */
export type Upstream = { readonly origin: string; readonly host: string; readonly port: number };

/** @param url `http://host:port` */
export const upstreamOf = (url: string): Upstream => {
  const { origin, hostname: host, port } = new URL(url);
  return { origin, host, port: Number(port || 80) };
};

/** The spans of a forwarded request that is recorded: one for each try, and one for the time that it is held. */
export class TracedTries {
  readonly #request: Span;
  readonly #method: string;
  readonly #url: string;
  readonly #upstream: Upstream;
  #hold: Span | undefined;
  #try: Span | undefined;
  #tries: number;

  /**
   * @param request the span of the request itself
   * @param tries that have been made before
   */
  constructor(request: Span, upstream: Upstream, method: string, path: string, tries = 0) {
    this.#tries = tries;
    this.#request = request;
    this.#method = method;
    this.#url = upstream.origin + path.slice(0, longest);
    this.#upstream = upstream;
  }

  /** @param headers of the request to the upstream, which gets this try's own place in the trace with them */
  tryBegins(headers: string[]): void {
    this.#try = (this.#hold ?? this.#request).child(this.#method, 'client', {
      'http.request.method': this.#method,
      'url.full': this.#url,
      'server.address': this.#upstream.host,
      'server.port': this.#upstream.port,
      'http.request.resend_count': this.#tries || undefined,
    });
    headers[valueAfter(headers, 'traceparent')] = traceparentOf(this.#try.trace);
    this.#tries += 1;
  }

  /** @param status of an answer that is passed on */
  answerBegins(status: number): void {
    this.#try?.set({ 'http.response.status_code': status });
    if (status >= 400) this.#try?.fail(String(status));
  }

  tryAnswered(): void {
    this.#endTry();
  }

  tryFailed(error: Error): void {
    if (error instanceof RefusedAnswer) this.#try?.set({ 'http.response.status_code': error.status });
    this.#try?.fail(failureOf(error), error.message);
    this.#endTry();
  }

  #endTry(): void {
    this.#try?.end();
    this.#try = undefined;
  }

  holdBegins(): void {
    this.#hold = this.#request.child('hold', 'internal', { 'scale_up.held.by': 'app away' });
  }

  /** @param reason for which the try before failed */
  triesAgain(reason: string): void {
    (this.#hold ?? this.#request).event('try', { 'scale_up.try': this.#tries, 'scale_up.reason': reason });
  }

  /** @param refusal what the client is told instead of an answer */
  holdEnds(milliseconds: number, refusal?: string): void {
    this.#hold?.set({ 'scale_up.held.ms': Math.round(milliseconds), 'scale_up.held.tries': this.#tries - 1 });
    if (refusal !== undefined) this.#hold?.fail(refusal);
    this.#hold?.end();
    this.#hold = undefined;
  }
}
