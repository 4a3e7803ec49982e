import type { Caller } from '@scale-up/database';
import { remark } from '@scale-up/service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Milliseconds it was held while the database was away. */
    held: number;
  }
}

/** Says in `Server-Timing` that an answer had to wait, and why; and in its log line for how long. */
export const reportHolding = (server: FastifyInstance): void => {
  server.decorateRequest('held', 0);
  server.addHook('onSend', (request, reply, _payload, done) => {
    if (request.held > 0) {
      const held = Math.round(request.held);
      reply.header('server-timing', `held;dur=${held};desc="database fail-over"`);
      remark(request, { held_ms: held });
    }
    done();
  });
};

/** A request as a caller of the database, which leaves when its connection ends. */
export const callerOf = (request: FastifyRequest, reply: FastifyReply): Caller => {
  let signal: AbortSignal | undefined;
  return {
    weight: Number(request.headers['content-length'] ?? 0),
    // Made only when it is asked for, which is by a write, or when a read has to wait.
    get signal(): AbortSignal {
      return (signal ??= leavingOf(reply));
    },
    onHeld: (milliseconds) => void (request.held += milliseconds),
  };
};

/** Every answer ends so. Without a reason Node makes an error with its stack each time, 3 % of what an order costs. */
const ended = 'the answer has ended';

const leavingOf = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  const leave = (): void => controller.abort(ended);
  if (raw.destroyed) leave();
  raw.once('close', leave);
  return controller.signal;
};
