import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Registry } from 'prom-client';
import { handleClientError, refuseOddRequests } from './connection-errors.ts';
import { type ErrorAnswers, handleErrors, handleRouterError } from './error-handling.ts';
import type { Health } from './health.ts';
import { limits } from './limits.ts';
import type { Logger } from './logger.ts';
import { measureRequests } from './metrics.ts';
import { Problem } from './problems.ts';
import { isAmbiguous, isCallerGone } from './request-checks.ts';
import { logRequests } from './request-log.ts';
import { requestIdOf, type TraceContext, traceOf, trustedPeers } from './request-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: TraceContext;
    /** Whether it came from the previous tier, whose headers about the client are believed. */
    isFromTrustedPeer: boolean;
  }
}

export type ServerParts = ErrorAnswers & {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  /** Addresses of the previous tier; undefined trusts nobody. */
  readonly trustedProxies: readonly string[] | undefined;
};

/**
 * A Fastify instance as every service of this project starts from: limits, request and trace ids in logs and answers, one log
 * line a request, metrics, problem documents for every error, `Connection: close` while it drains.
 */
export const createServer = ({ logger, metrics, health, trustedProxies, ...errors }: ServerParts): FastifyInstance => {
  const isTrusted = trustedPeers(trustedProxies);
  const loggerInstance: FastifyBaseLogger = logger;
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: (request) => requestIdOf(isTrusted(request) ? request.headers['x-request-id'] : undefined),
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
  server.decorateRequest('isFromTrustedPeer', false);
  server.addHook('onRequest', (request, reply, done) => {
    if (isCallerGone(request.raw)) {
      request.log.info('refused a request whose caller has gone');
      reply.hijack();
      // Its own end may be on its way still; nobody is left to read an answer.
      return void request.raw.socket.destroy();
    }
    request.isFromTrustedPeer = isTrusted(request.raw);
    request.trace = traceOf(request.isFromTrustedPeer ? request.headers.traceparent : undefined);
    reply.header('x-request-id', request.id);
    // On Node's response, so that it counts for answers that are written past Fastify as well.
    if (health.phase === 'draining') reply.raw.setHeader('connection', 'close');
    if (!isAmbiguous(request.raw)) return done();
    reply.raw.setHeader('connection', 'close');
    done(new Problem('bad-request'));
  });
  logRequests(server, logger);
  measureRequests(server, metrics);
  return server;
};
