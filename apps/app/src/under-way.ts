import type { FastifyInstance, FastifyReply } from 'fastify';

/** Milliseconds between two words: a few of them within the time after which the router takes a silent instance for frozen (1.5 s). */
const interval = 400;

/**
 * Has the hop before told, as long as a request is under way, that this process is alive: by interim answers (RFC 2518 10.1: 102). Only
 * the previous tier is told, which knows what to do with them (docs/decisions/0030), and only in HTTP/1.1, since 1.0 has none.
 * @param server whose requests
 */
export const sayUnderWay = (server: FastifyInstance): void => {
  let arrived = new Set<FastifyReply>();
  const waiting = new Set<FastifyReply>();
  // One timer for all: a request that is answered at once, as nearly all are, costs an entry in a set.
  const timer = setInterval(() => {
    for (const reply of waiting) {
      if (reply.raw.headersSent || reply.raw.destroyed) waiting.delete(reply);
      else reply.raw.writeProcessing();
    }
    // It is theirs next time: nobody is told after a millisecond.
    for (const reply of arrived) if (!reply.raw.headersSent && !reply.raw.destroyed) waiting.add(reply);
    arrived = new Set();
  }, interval);
  timer.unref();
  server.addHook('onRequest', (request, reply, done) => {
    if (request.isFromTrustedPeer && request.raw.httpVersionMinor > 0) arrived.add(reply);
    done();
  });
  server.addHook('onClose', (_server, done) => {
    clearInterval(timer);
    done();
  });
};
