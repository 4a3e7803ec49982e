import type { Attributes, Span, TraceContext } from '@scale-up/tracing';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange } from './fast-path/exchange.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: TraceContext;
    /** Absent where the trace is not recorded. */
    span: Span | undefined;
  }
}

/** What a span says of a request, whichever way that took. */
type Described = {
  readonly id: string;
  readonly method: string;
  /** The pattern of its address; undefined where it has none. */
  readonly route: string | undefined;
  readonly target: string;
  readonly scheme: string;
  readonly client: string | undefined;
};

/** Characters of what a client may make as long as it likes. */
const longest = 500;

const addressOf = (target: string): Attributes => {
  const query = target.indexOf('?');
  if (query === -1) return { 'url.path': target.slice(0, longest) };
  return {
    'url.path': target.slice(0, query).slice(0, longest),
    'url.query': target.slice(query + 1).slice(0, longest),
  };
};

/**
 * Says after the semantic conventions of OpenTelemetry what was asked: nothing that the log does not say, and nothing that is always the same. Each attribute costs
 * half a microsecond, most of it when it is sent.
 */
const describe = (span: Span, { id, method, route, target, scheme, client }: Described): void => {
  if (route !== undefined) span.rename(`${method} ${route}`);
  span.set({
    'http.request.method': method,
    'http.route': route,
    ...addressOf(target),
    'url.scheme': scheme,
    'client.address': client,
    'scale_up.request_id': id,
  });
};

/**
 * Ends the span of a request.
 * @param status undefined where no answer has begun
 * @param isWhole whether the client got all of it
 */
const end = (span: Span, status: number | undefined, isWhole: boolean): void => {
  span.set({ 'http.response.status_code': status });
  // By the client who left, or by us where what is behind broke off. What a client does wrong is no failure.
  if (!isWhole) span.fail('cut-off');
  else if (status !== undefined && status >= 500) span.fail(String(status));
  span.end();
};

/** Records a request that Fastify has, to its end. */
export const recordRequest = (span: Span, request: FastifyRequest, { raw }: FastifyReply): void => {
  const { id, method, url: target, protocol: scheme, ip: client } = request;
  describe(span, { id, method, route: request.routeOptions.url, target, scheme, client });
  // Whatever is logged of it says where it belongs; of requests that are not recorded their own line does.
  request.log = request.log.child({ trace_id: span.trace.traceId, span_id: span.trace.spanId });
  // The one event that comes in any case: answered, cut off, or left by the client.
  raw.once('close', () => end(span, raw.headersSent ? raw.statusCode : undefined, raw.writableFinished));
};

/**
 * Ends a span, once.
 * @param status undefined where no answer has begun
 * @param isWhole whether the client got all of it
 */
export type EndOfRecord = (status: number | undefined, isWhole: boolean) => void;

/** Records a request that Fastify does not know, to its end. */
export const recordUnrouted = (span: Span, described: Described): EndOfRecord => {
  describe(span, described);
  return (status, isWhole) => end(span, status, isWhole);
};

/**
 * Records a request of the fast path, at its end.
 * @param client its address
 * @param status undefined where it was not answered to the end
 */
export const recordExchange = (
  span: Span,
  { asked, route, context: { id, isFromTrustedPeer } }: Exchange,
  client: string | undefined,
  status: number | undefined,
): void => {
  const { method, target, forwardedProto } = asked;
  const scheme = (isFromTrustedPeer && forwardedProto) || 'http';
  recordUnrouted(span, { id, method, route, target, scheme, client })(status, status !== undefined);
};
