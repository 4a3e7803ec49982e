import { Counter, type Exchange, limits as serviceLimits, type Logger, type Registry } from '@scale-up/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Pool } from 'undici';
import { FirstTry } from './first-try.ts';
import { ForwardedRequest, type Forwarding, type ForwardingLimits } from './forwarded-request.ts';
import { HeldRequests, type HoldLimits } from './held.ts';
import { upstreamOf } from './traced-tries.ts';
import { UpstreamConnections } from './upstream/connections.ts';

export type Upstream = {
  /** `http://host:port`. */
  readonly url: string;
  readonly limits: { readonly upstreamConnect: number } & ForwardingLimits & HoldLimits;
};

/** Methods of the API. TRACE would show a client the headers that were added behind its back. */
export const forwardedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const [top, below] = ['/api', '/api/*'];

/** A stream that takes 10 s as it should is counted apart: among the others, it would make an instance look slow to a deploy that watches it. */
const stream = '/api/cluster/events';

/** The connections to the upstream, and what all forwarded requests share. */
export const openForwarding = ({ url, limits }: Upstream, metrics: Registry): Forwarding => ({
  upstream: upstreamOf(url),
  connections: new UpstreamConnections(url, limits),
  dispatcher: new Pool(url, {
    connect: { timeout: limits.upstreamConnect },
    headersTimeout: limits.upstreamAnswer,
    // Between two parts of an answer that has begun: as long as for its beginning.
    bodyTimeout: limits.upstreamAnswer,
  }),
  limits,
  held: new HeldRequests(limits, metrics),
  failures: new Counter({
    name: 'web_forward_failures_total',
    help: 'Requests that the upstream did not answer, or not to the end.',
    labelNames: ['reason'],
    registers: [metrics],
  }),
});

/**
 * Forwards a simple request of the API.
 * @returns whether it is one; otherwise it takes the ordinary way
 */
export const forwardSimple = (exchange: Exchange, forwarding: Forwarding, logger: Logger): boolean => {
  const { target } = exchange.asked;
  // Fastify's router refuses what is wrongly encoded or too long, and it alone knows how.
  if (!target.startsWith('/api/') || target.includes('%') || target.length > serviceLimits.pathParameter) return false;
  exchange.route = target === stream ? stream : below;
  new FirstTry(exchange, forwarding, logger).send();
  return true;
};

/** Forwards /api and everything below it to the upstream, as streams, and holds what it cannot answer just now. */
export const forwardApi = async (server: FastifyInstance, forwarding: Forwarding): Promise<void> => {
  server.addHook('onClose', () => Promise.all([forwarding.connections.close(), forwarding.dispatcher.close()]));
  // Returns nothing and sends later: returning the reply would have Fastify watch the response's end a second time.
  const forward = (request: FastifyRequest, reply: FastifyReply): void => {
    new ForwardedRequest(request, reply, forwarding).send();
  };
  await server.register(async (scope) => {
    // The body is the upstream's to read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const path of [top, below, stream]) scope.route({ method: forwardedMethods, url: path, handler: forward });
  });
};
