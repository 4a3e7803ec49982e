import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ErrorAnswers } from './error-handling.ts';
import type { Logger } from './logger.ts';
import { Problem, type ProblemCode, problemContentType } from './problems.ts';

const byNodeCode: Record<string, ProblemCode> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Milliseconds that a connection which was answered with a problem may take to close by itself. */
const lingering = 500;
const ended = new WeakSet<Duplex>();

/** Ends a connection with a problem, where there is no response object to write it with. */
const endWith = (socket: Duplex, problem: Problem, headers: Readonly<Record<string, string>>): void => {
  const body = problem.document();
  const lines = Object.entries({
    ...headers,
    ...problem.headers,
    'content-type': problemContentType,
    'content-length': Buffer.byteLength(body),
    date: new Date().toUTCString(),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
  // Closing while bytes still arrive resets the connection, and the reset may overtake the answer; who goes on sending gets no more.
  ended.add(socket);
  setTimeout(() => socket.destroy(), lingering).unref();
};

/** The response that a connection waits for, if any; Node keeps it there and reads it in its own handler of such errors. */
const pendingResponse = (socket: Socket): ServerResponse | undefined =>
  (Reflect.get(socket, '_httpMessage') as ServerResponse | null | undefined) ?? undefined;

/**
 * For Fastify's `clientErrorHandler`: bytes that are no HTTP request, or an ambiguous one (RFC 9112 6.3: two lengths, a length
 * beside a transfer coding; 5.2: folded headers; 2.2: bare LF), end the connection with a 4xx problem.
 */
export const handleClientError =
  (logger: Logger, { problemHeaders = {} }: ErrorAnswers) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || ended.has(socket)) return;
    const pending = pendingResponse(socket);
    // A whole request before these bytes is being worked on: a 400 in the place of its answer would say that nothing was done.
    if (!socket.writable || pending?.headersSent || pending?.req.complete) {
      socket.destroy();
      return;
    }
    const problem = new Problem(byNodeCode[error.code ?? ''] ?? 'bad-request');
    logger.info({ code: error.code, status: problem.status, client: socket.remoteAddress }, 'unreadable request');
    endWith(socket, problem, problemHeaders);
  };

/** Answers what Node would hang up on: CONNECT (this is no tunnel), and expectations other than 100-continue. */
export const refuseOddRequests = (server: Server, { problemHeaders = {} }: ErrorAnswers): void => {
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy());
    endWith(socket, new Problem('method-not-allowed', {}, { allow: 'GET, HEAD' }), problemHeaders);
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const problem = new Problem('expectation-failed');
    response.writeHead(problem.status, { ...problemHeaders, 'content-type': problemContentType, connection: 'close' });
    response.end(problem.document());
  });
};
