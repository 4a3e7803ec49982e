import { type Counter, Problem, remark } from '@scale-up/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Dispatcher, errors } from 'undici';
import { Attempt, type AttemptEvents } from './attempt.ts';
import { inboundOf, type RawHeaders, requestHeaders } from './headers.ts';
import type { HeldRequests } from './held.ts';
import { type Content, keepContent, nothing } from './kept-body.ts';
import { isAbsence, pauseBefore, problemOf, type Reason, whyAgain } from './retry.ts';
import { RequestBody } from './request-body.ts';
import { sinkOfResponse } from './response-sink.ts';
import { TracedTries, type Upstream } from './traced-tries.ts';
import type { UpstreamConnections } from './upstream/connections.ts';

export type ForwardingLimits = {
  /** Milliseconds, see libs/service/src/limits.ts. */
  readonly upstreamAnswer: number;
  readonly hold: number;
  readonly keptBody: number;
};

/** What every forwarded request needs. */
export type Forwarding = {
  readonly connections: UpstreamConnections;
  /** For content that is streamed. */
  readonly dispatcher: Dispatcher;
  readonly upstream: Upstream;
  readonly limits: ForwardingLimits;
  readonly held: HeldRequests;
  readonly failures: Counter<'reason'>;
};

/** Nobody waits for the answer any more. */
export class ClientLeft extends Error {}

/** Seconds after which a client may ask again: most restarts are over by then. */
const retryAfter = '2';

const timing = (milliseconds: number): string => `held;dur=${Math.round(milliseconds)};desc="app away"`;

/** What is known of a request once a try has failed. */
type Trouble = {
  /** Tries that failed. */
  tries: number;
  /** Some try may have reached app. */
  mayBeDone: boolean;
  /** When it began to wait; it has a place among the held requests from then on. */
  since: number | undefined;
  lastTry: number;
  timer: NodeJS.Timeout | undefined;
};

/** One request on its way to the upstream, tried until it is answered, fails for good, or has waited long enough. */
export class ForwardedRequest implements AttemptEvents {
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #forwarding: Forwarding;
  #content: Content = nothing;
  #headers: string[] = [];
  #attempt: Attempt | undefined;
  /** Made when the first try fails, which most do not. */
  #trouble: Trouble | undefined;
  /** Only of a request that is recorded. */
  readonly #spans: TracedTries | undefined;
  #isOver = false;
  /** When it arrived; performance.now(). */
  readonly #arrived: number;

  constructor(request: FastifyRequest, reply: FastifyReply, forwarding: Forwarding) {
    this.#request = request;
    this.#reply = reply;
    this.#forwarding = forwarding;
    const { tried, span, method, raw } = request;
    this.#arrived = tried?.exchange.begun ?? performance.now() - reply.elapsedTime;
    this.#spans = span && new TracedTries(span, forwarding.upstream, method, raw.url ?? '/', tried ? 1 : 0);
  }

  get #elapsed(): number {
    return performance.now() - this.#arrived;
  }

  send(): void {
    const response = this.#reply.raw;
    response.on('close', () => {
      if (!response.writableFinished) this.#leave(new ClientLeft('the client closed the connection'));
    });
    keepContent(this.#request.raw, this.#forwarding.limits.keptBody, (content) => {
      this.#content = content;
      // Made once: what was the first try's attempt key, request id and trace is the last one's.
      this.#headers = requestHeaders(inboundOf(this.#request));
      const { tried } = this.#request;
      if (tried) this.onFailed(tried.error, tried.wasSent);
      else this.#try(undefined);
    });
  }

  refuses(status: number, headers: RawHeaders): boolean {
    return isAbsence(status, headers) && this.#content.isWhole;
  }

  onAnswering(status: number): string | undefined {
    this.#spans?.answerBegins(status);
    const held = this.#release(undefined, this.#trouble?.lastTry);
    return held === undefined ? undefined : timing(held);
  }

  onAnswered(): void {
    this.#isOver = true;
    this.#spans?.tryAnswered();
    this.#content.discard();
  }

  onFailed(error: Error, wasSent: boolean): void {
    this.#attempt = undefined;
    this.#spans?.tryFailed(error);
    if (this.#request.raw.errored) return this.onCut(new ClientLeft('the client left while it was sending'));
    const { limits, held } = this.#forwarding;
    const reason = this.#content.isWhole ? whyAgain(error, wasSent) : undefined;
    const trouble = (this.#trouble ??= { tries: 0, mayBeDone: false, since: undefined, lastTry: 0, timer: undefined });
    clearTimeout(trouble.timer);
    trouble.tries += 1;
    trouble.mayBeDone ||= reason !== undefined && reason !== 'unreachable' && reason !== 'unavailable';
    const left = limits.hold - this.#elapsed;
    if (reason === undefined || left <= 0) return this.#giveUp(error, reason);
    // Mostly an idle connection that was closed in the moment it was used: on another one nobody notices.
    if (reason === 'closed' && trouble.tries === 1) return void setImmediate(() => this.#tryAgain(trouble, reason));
    if (trouble.since === undefined) {
      if (!held.enter(this.#content.size)) return this.#giveUp(error, reason);
      trouble.since = performance.now();
      this.#spans?.holdBegins();
    }
    // The last try is made when time is up.
    const pause = Math.min(left, pauseBefore(trouble.tries, held.count));
    trouble.timer = setTimeout(() => this.#tryAgain(trouble, reason), pause);
  }

  onCut(error: Error): void {
    this.#isOver = true;
    this.#spans?.tryFailed(error);
    const reason = error instanceof ClientLeft ? 'client-left' : 'cut';
    this.#forwarding.failures.inc({ reason });
    this.#release(reason);
    this.#request.log.info({ err: error }, 'forwarded request cut');
  }

  /** @param reason for which it is tried again */
  #try(reason: Reason | undefined): void {
    const { raw, method, id } = this.#request;
    const headers = this.#headers;
    this.#spans?.tryBegins(headers);
    const attempt = new Attempt(sinkOfResponse(this.#reply.raw), id, this);
    this.#attempt = attempt;
    const { connections, dispatcher } = this.#forwarding;
    const path = raw.url ?? '/';
    const body = this.#content.forTry();
    if (body instanceof RequestBody) dispatcher.dispatch({ path, method, headers, body }, attempt);
    // Where one connection was closed in the moment it was used, others that were kept may be as well.
    else connections.dispatch({ path, method, headers, body, isFresh: reason === 'closed' }, attempt);
  }

  #tryAgain(trouble: Trouble, reason: Reason): void {
    if (this.#isOver) return;
    const { limits, held } = this.#forwarding;
    held.again(reason);
    this.#spans?.triesAgain(reason);
    trouble.lastTry = performance.now();
    // A try that begins late ends when one that began at once would have.
    const patience = Math.max(0, limits.upstreamAnswer - this.#elapsed);
    trouble.timer = setTimeout(() => this.#attempt?.fail(new errors.HeadersTimeoutError()), patience);
    this.#try(reason);
  }

  #giveUp(error: Error, reason: Reason | undefined): void {
    this.#isOver = true;
    const code = problemOf(error, reason, this.#trouble?.mayBeDone ?? false);
    this.#forwarding.failures.inc({ reason: code });
    const held = this.#release(code);
    if (code !== 'bad-request') {
      this.#request.log.warn({ err: error }, 'upstream did not answer');
    }
    this.#content.discard();
    const headers: Record<string, string> = {};
    if (code === 'unavailable') headers['retry-after'] = retryAfter;
    if (held !== undefined) headers['server-timing'] = timing(held);
    void this.#reply.send(new Problem(code, {}, headers));
  }

  #leave(reason: Error): void {
    if (this.#isOver) return;
    if (this.#attempt) this.#attempt.cancel(reason);
    else this.onCut(reason);
  }

  /**
   * Gives the place among the held requests back, and the milliseconds it was needed; the request's log line says them, too.
   * @param refusal why it waited in vain, if so
   */
  #release(refusal: string | undefined, until = performance.now()): number | undefined {
    const trouble = this.#trouble;
    clearTimeout(trouble?.timer);
    if (trouble?.since === undefined) return undefined;
    const milliseconds = until - trouble.since;
    trouble.since = undefined;
    this.#forwarding.held.leave(this.#content.size, milliseconds);
    this.#spans?.holdEnds(milliseconds, refusal);
    remark(this.#request, { held_ms: Math.round(milliseconds), failed_tries: trouble.tries });
    return milliseconds;
  }
}
