import type { Caller } from '@scale-up/database';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds it was held while the database was away. */
    held: number;
  }
}

/**
 * Milliseconds between two words to the hop before that a held request is still being worked on: a few of them within the time after which
 * that hop takes a silent peer for frozen (1.5 s).
 */
const interval = 400;

/** Says in `Server-Timing` that an answer had to wait, and why. */
export const reportHolding = (server: FastifyInstance): void => {
  server.decorateRequest('held', 0);
  server.addHook('onSend', (request, reply, _payload, done) => {
    if (request.held > 0) {
      reply.header('server-timing', `held;dur=${Math.round(request.held)};desc="database fail-over"`);
    }
    done();
  });
};

/** A request as a caller of the database: while it is held, the hop before it is told so by interim answers (RFC 2518 10.1, 102). */
export const callerOf = (request: FastifyRequest, reply: FastifyReply): Caller => {
  let timer: NodeJS.Timeout | undefined;
  const canBeTold = request.isFromTrustedPeer && request.raw.httpVersionMinor > 0;
  return {
    weight: Number(request.headers['content-length'] ?? 0),
    // Made only when it is asked for, which is when the request has to wait.
    get signal(): AbortSignal {
      return leavingOf(reply);
    },
    onHold: () => {
      if (canBeTold) timer = setInterval(() => reply.raw.headersSent || reply.raw.writeProcessing(), interval);
    },
    onHeld: (milliseconds) => {
      clearInterval(timer);
      request.held += milliseconds;
    },
  };
};

const leavingOf = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  if (raw.destroyed) controller.abort();
  raw.once('close', () => controller.abort());
  return controller.signal;
};
