import type { Socket } from 'node:net';
import { noTracing, type Tracing } from '@scale-up/tracing';
import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import { answerEarly, type EarlyAnswers, knownContext } from './early-answers.ts';
import { handleClientError, refuseOddRequests } from './connection-errors.ts';
import { type ErrorAnswers, handleErrors, handleRouterError } from './error-handling.ts';
import type { Health } from './health.ts';
import { limits } from './limits.ts';
import type { Logger } from './logger.ts';
import { type FastPath, forgetTried, takeFastPath, type Tried, triedOn } from './fast-path/connection.ts';
import type { Context } from './fast-path/exchange.ts';
import type { SimpleRequest } from './fast-path/simple-request.ts';
import { createRequestDurations, measurePhase } from './metrics.ts';
import { Problem } from './problems.ts';
import { isAmbiguous, isCallerGone } from './request-checks.ts';
import { createRequestLog } from './request-log.ts';
import { requestIdOf } from './request-context.ts';
import { recordExchange, recordRequest, recordUnrouted } from './request-trace.ts';
import { TrustedPeers } from './trusted-peers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether it came from the previous tier, whose headers about the client are believed. */
    isFromTrustedPeer: boolean;
    /** That it was tried on the fast path. */
    tried: Tried | undefined;
  }
}

export type ServerParts = ErrorAnswers & {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** Addresses of the previous tier; undefined trusts nobody. */
  readonly trustedProxies: readonly string[] | undefined;
  /** Absent: nothing is recorded. */
  readonly tracing?: Tracing | undefined;
  /** Takes simple requests before Node's parser and everything below see them. */
  readonly fastPath?: FastPath['take'] | undefined;
  /** Knows where answers may be had before Fastify sees a request. */
  readonly earlySource?: EarlyAnswers['sourceOf'] | undefined;
};

/** Node joins fields that came twice, where it may. */
const only = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

/**
 * A Fastify instance as every service of this project starts from: limits, request and trace ids in logs and answers, one log
 * line a request, metrics, problem documents for every error, `Connection: close` while it drains.
 */
export const createServer = (parts: ServerParts): FastifyInstance => {
  const { logger, metrics, health, trustedProxies, tracing = noTracing, fastPath, earlySource, ...errors } = parts;
  const peers = new TrustedPeers(trustedProxies);
  const logRequest = createRequestLog(logger);
  const measureRequest = createRequestDurations(metrics);
  measurePhase(health, metrics);
  const loggerInstance: FastifyBaseLogger = logger;
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: (request) => {
      const { socket, headers } = request;
      const known = triedOn(socket)?.exchange.context ?? knownContext(request);
      return known?.id ?? requestIdOf(peers.isTrusted(socket) ? headers['x-request-id'] : undefined);
    },
    trustProxy: trustedProxies ? [...trustedProxies] : false,
    bodyLimit: limits.body,
    keepAliveTimeout: limits.keepAlive,
    requestTimeout: limits.requestTimeout,
    http: {
      maxHeaderSize: limits.headers,
      headersTimeout: limits.headersTimeout,
      // Node looks for connections past these limits only so often, by default every 30 s.
      connectionsCheckingInterval: 1_000,
      // A missing Host is answered by isAmbiguous, as a problem.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: limits.pathParameter, ignoreTrailingSlash: false },
    frameworkErrors: handleRouterError(errors),
    clientErrorHandler: handleClientError(logger, errors),
    // A draining process still answers what reaches it.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  handleErrors(server, errors);
  refuseOddRequests(server.server, errors);
  server.decorateRequest('trace');
  server.decorateRequest('span');
  server.decorateRequest('isFromTrustedPeer', false);
  server.decorateRequest('tried');
  server.decorateRequest('remarks');
  server.addHook('onRequest', (request, reply, done) => {
    if (isCallerGone(request.raw)) {
      request.log.info('refused a request whose caller has gone');
      reply.hijack();
      // Its own end may be on its way still; nobody is left to read an answer.
      return void request.raw.socket.destroy();
    }
    request.isFromTrustedPeer = peers.isTrusted(request.raw.socket);
    request.tried = triedOn(request.raw.socket);
    if (request.tried) forgetTried(request.raw.socket);
    const begun =
      request.tried?.exchange.context ??
      knownContext(request.raw) ??
      tracing.begin(request.isFromTrustedPeer ? request.headers.traceparent : undefined, request.method);
    request.trace = begun.trace;
    if (begun.span) {
      request.span = begun.span;
      recordRequest(begun.span, request, reply);
    }
    reply.header('x-request-id', request.id);
    // On Node's response, so that it counts for answers that are written past Fastify as well.
    if (health.phase === 'draining') reply.raw.setHeader('connection', 'close');
    if (!isAmbiguous(request.raw)) return done();
    reply.raw.setHeader('connection', 'close');
    done(new Problem('bad-request'));
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { id, trace, method, url: target, ip: client, remarks } = request;
    const { statusCode: status } = reply;
    const milliseconds = request.tried ? performance.now() - request.tried.exchange.begun : reply.elapsedTime;
    logRequest({ id, trace, method, target, status, milliseconds, client, remarks });
    // The pattern, not the address: the number of series stays bounded.
    measureRequest(method, request.routeOptions.url ?? 'none', status, milliseconds);
    done();
  });
  const contextOf = (
    socket: Socket,
    { method, requestId, traceparent }: Pick<SimpleRequest, 'method' | 'requestId' | 'traceparent'>,
  ): Context => {
    const isFromTrustedPeer = peers.isTrusted(socket);
    const id = requestIdOf(isFromTrustedPeer ? requestId : undefined);
    const { trace, span } = tracing.begin(isFromTrustedPeer ? traceparent : undefined, method);
    return { id, trace, span, isFromTrustedPeer };
  };
  if (earlySource) {
    answerEarly(server.server, {
      health,
      sourceOf: earlySource,
      contextOf: ({ socket, headers }) =>
        contextOf(socket, {
          method: 'GET',
          requestId: only(headers['x-request-id']),
          traceparent: only(headers['traceparent']),
        }),
      answered: ({ socket, url: target = '', headers }, { id, trace }, route, milliseconds) => {
        const client = peers.clientOf(socket, only(headers['x-forwarded-for']));
        logRequest({ id, trace, method: 'GET', target, status: 200, milliseconds, client });
        measureRequest('GET', route, 200, milliseconds);
      },
      record: ({ socket, url: target = '', headers }, { id, span, isFromTrustedPeer }, route) => {
        if (!span) return undefined;
        const client = peers.clientOf(socket, only(headers['x-forwarded-for']));
        const scheme = (isFromTrustedPeer && only(headers['x-forwarded-proto'])) || 'http';
        return recordUnrouted(span, { id, method: 'GET', route, target, scheme, client });
      },
    });
  }
  if (fastPath) {
    const close = takeFastPath(server.server, {
      health,
      take: fastPath,
      contextOf,
      answered: (exchange, status) => {
        const { socket, asked, context, begun, route } = exchange;
        const { id, trace, span } = context;
        const milliseconds = performance.now() - begun;
        const client = peers.clientOf(socket, asked.forwardedFor);
        const { method, target } = asked;
        logRequest({ id, trace, method, target, status, milliseconds, client });
        measureRequest(method, route, status, milliseconds);
        if (span) recordExchange(span, exchange, client, status);
      },
      left: (exchange) => {
        const { socket, asked, context } = exchange;
        if (context.span) recordExchange(context.span, exchange, peers.clientOf(socket, asked.forwardedFor), undefined);
      },
    });
    server.addHook('preClose', (done) => {
      close();
      done();
    });
  }
  return server;
};
