import { isUnavailable, isUnstorableText, Unavailable } from '@scale-up/database';
import type { Database } from '@scale-up/database';
import { Problem, sendProblem, toProblem } from '@scale-up/service';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { validationProblem } from './validation.ts';
import { requireViewer } from './viewer.ts';

/** Seconds after which a client may ask again: a planned fail-over is over by then. */
export const retryAfter = '2';

const isValidation = (error: unknown): error is FastifyError & Required<Pick<FastifyError, 'validation'>> =>
  error instanceof Error && 'validation' in error;

/**
 * With a word for the hop before (`x-hold`), which must not hold once more what was held as long as allowed, or cannot be held. Without it, what this process
 * cannot do is given to another one.
 */
const unavailable = (error: unknown): Problem => {
  const reason = error instanceof Unavailable ? error.reason : undefined;
  const hold = reason === 'full' ? 'full' : 'over';
  return new Problem('unavailable', {}, { 'retry-after': retryAfter, ...(reason !== 'cut-off' && { 'x-hold': hold }) });
};

const translate = async (error: unknown, request: FastifyRequest, database: Database): Promise<Problem> => {
  // 401 comes before all that is wrong with a request. Whether a token still counts is asked together with the work itself, which
  // bad input never reaches.
  const access = request.routeOptions.config.operation?.access;
  if (!request.isHandled && request.claims && access !== 'optional') await requireViewer(database, request.claims);
  if (isValidation(error)) return validationProblem(error.validation as never, error.validationContext);
  if (isUnavailable(error)) return unavailable(error);
  if (isUnstorableText(error)) return new Problem('bad-request');
  return toProblem(error);
};

/** Unless this server itself wants it closed, since it drains or was asked something ambiguous: it says so on Node's response. */
const keepConnection = (reply: FastifyReply): void => {
  const own = reply.raw.getHeader('connection');
  reply.removeHeader('connection');
  if (own !== undefined) reply.raw.setHeader('connection', own);
};

/** Makes everything a handler throws a problem document; what is our fault is logged. */
export const handleApiErrors = (server: FastifyInstance, database: Database): void => {
  server.setErrorHandler(async (error: unknown, request, reply) => {
    let problem: Problem;
    try {
      problem = await translate(error, request, database);
    } catch (second) {
      problem = second instanceof Problem ? second : unavailable(second);
    }
    const hasLeft = error instanceof Unavailable && error.reason === 'aborted';
    if (hasLeft) request.log.info('dropped a request whose caller has left');
    else if (problem.status >= 500) request.log.error({ err: error }, 'request failed');
    // Fastify would close the connection under a body that still arrives, and the reset would overtake the answer: web saw 413 as a
    // fault of this process. What arrives is thrown away instead, for limits.requestTimeout at most.
    keepConnection(reply);
    request.raw.resume();
    return sendProblem(reply, problem);
  });
};
