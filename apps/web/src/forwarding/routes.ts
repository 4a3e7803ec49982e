import { Counter, Problem, type ProblemCode, type Registry } from '@scale-up/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Pool } from 'undici';
import { Attempt } from './attempt.ts';
import { requestHeaders } from './headers.ts';
import { hasBody, RequestBody } from './request-body.ts';

export type Upstream = {
  /** `http://host:port`. */
  readonly url: string;
  readonly limits: { readonly upstreamConnect: number; readonly upstreamAnswer: number };
};

/** Methods of the API. TRACE would show a client the headers that were added behind its back. */
export const forwardedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const problemOf = (error: Error): ProblemCode => {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'gateway-timeout';
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      // Something in the client's request cannot be sent on.
      return 'bad-request';
    default:
      return 'bad-gateway';
  }
};

class ClientLeft extends Error {}

/** Forwards /api and everything below it to the upstream: streams both ways, nothing is kept. */
export const forwardApi = async (server: FastifyInstance, upstream: Upstream, metrics: Registry): Promise<void> => {
  const pool = new Pool(upstream.url, {
    connect: { timeout: upstream.limits.upstreamConnect },
    headersTimeout: upstream.limits.upstreamAnswer,
    // Between two parts of an answer that has begun: as long as for its beginning.
    bodyTimeout: upstream.limits.upstreamAnswer,
  });
  server.addHook('onClose', () => pool.close());
  const failures = new Counter({
    name: 'web_forward_failures_total',
    help: 'Requests that the upstream did not answer, or not to the end.',
    labelNames: ['reason'],
    registers: [metrics],
  });

  // Returns nothing and sends later: returning the reply would have Fastify watch the response's end a second time.
  const forward = (request: FastifyRequest, reply: FastifyReply): void => {
    const response = reply.raw;
    const cut = (error: Error): void => {
      failures.inc({ reason: error instanceof ClientLeft ? 'client-left' : 'cut' });
      request.log.info({ err: error }, 'forwarded request cut');
    };
    const attempt = new Attempt(response, request.id, {
      onAnswered: () => {},
      onFailed: (error) => {
        if (request.raw.errored) return cut(new ClientLeft('the client left while it was sending'));
        const code = problemOf(error);
        failures.inc({ reason: code });
        if (code !== 'bad-request') request.log.warn({ err: error }, 'upstream did not answer');
        void reply.send(new Problem(code));
      },
      onCut: cut,
    });
    response.on('close', () => {
      if (!response.writableFinished) attempt.cancel(new ClientLeft('the client closed the connection'));
    });
    pool.dispatch(
      {
        path: request.raw.url ?? '/',
        method: request.method,
        headers: requestHeaders(request),
        body: hasBody(request.raw) ? new RequestBody(request.raw) : null,
      },
      attempt,
    );
  };

  await server.register(async (scope) => {
    // The body is the upstream's to read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const url of ['/api', '/api/*']) scope.route({ method: forwardedMethods, url, handler: forward });
  });
};
