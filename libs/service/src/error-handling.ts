import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, type ProblemCode, problemContentType } from './problems.ts';

const byStatus: Record<number, ProblemCode> = {
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'payload-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  431: 'headers-too-large',
};

/** Sends a problem as the answer. */
export const sendProblem = (reply: FastifyReply, problem: Problem): FastifyReply =>
  reply.code(problem.status).headers(problem.headers).type(problemContentType).send(problem.document());

/** What Fastify or Node threw, as a problem: a client's fault keeps its 4xx, everything else is a 500 that tells nothing. */
export const toProblem = (error: unknown): Problem => {
  if (error instanceof Problem) return error;
  const status = (error as Partial<FastifyError> | undefined)?.statusCode ?? 500;
  if (status >= 400 && status < 500) return new Problem(byStatus[status] ?? 'bad-request');
  return new Problem('internal-error');
};

/** What a service adds to its error answers. */
export type ErrorAnswers = {
  /** Sent with every problem, such as security headers. */
  readonly problemHeaders?: Readonly<Record<string, string>>;
  /** The problem of an address or method that has no route; without it 404. */
  readonly noRoute?: (request: FastifyRequest) => Problem;
};

/** Makes every error of a server a problem document; what is our fault is logged with its stack. */
export const handleErrors = (server: FastifyInstance, { problemHeaders = {}, noRoute }: ErrorAnswers): void => {
  server.setErrorHandler((error: unknown, request, reply) => {
    const problem = toProblem(error);
    if (problem.code === 'internal-error') request.log.error({ err: error }, 'request failed');
    return sendProblem(reply.headers(problemHeaders), problem);
  });
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply.headers(problemHeaders), noRoute?.(request) ?? new Problem('not-found')),
  );
};

/** For Fastify's `frameworkErrors`: addresses that the router cannot read. No hook runs for them, so the log line is here. */
export const handleRouterError =
  ({ problemHeaders = {} }: ErrorAnswers) =>
  (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const code: ProblemCode = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'uri-too-long' : 'bad-request';
    const problem = new Problem(code);
    request.log.info(
      { method: request.method, path: request.raw.url?.slice(0, 500), status: problem.status, client: request.ip },
      'request',
    );
    void sendProblem(reply.headers(problemHeaders).header('x-request-id', request.id), problem);
  };
