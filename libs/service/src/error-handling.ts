import type { Socket } from 'node:net';
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

/** Makes every error of a server a problem document; what is our fault is logged with its stack. */
export const handleErrors = (server: FastifyInstance): void => {
  server.setErrorHandler((error: unknown, request, reply) => {
    const problem = toProblem(error);
    if (problem.code === 'internal-error') request.log.error({ err: error }, 'request failed');
    return sendProblem(reply, problem);
  });
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem('not-found')));
};

/** For Fastify's `frameworkErrors`: addresses that the router cannot read. */
export const handleRouterError = (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
  const code: ProblemCode = error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'uri-too-long' : 'bad-request';
  void sendProblem(reply, new Problem(code));
};

const byNodeCode: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/**
 * For Fastify's `clientErrorHandler`: bytes that are no HTTP request, or an ambiguous one (RFC 9112 6.3: two lengths, a length
 * beside a transfer coding; 5.2: folded headers; 2.2: bare LF), end the connection with a 4xx problem.
 */
export const handleClientError = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const problem = new Problem(byNodeCode[error.code ?? ''] ?? 'bad-request');
  const body = problem.document();
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.code}\r\ncontent-type: ${problemContentType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
};
