import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Context } from './fast-path/exchange.ts';
import type { Health } from './health.ts';
import type { EndOfRecord } from './request-trace.ts';
import { isAmbiguous, isCallerGone } from './request-checks.ts';

/** An answer, always 200, that needs nothing of what is between Node's HTTP server and a handler. */
export type EarlyAnswer = {
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string;
};

/** Where an answer may be had. */
export type EarlySource = {
  /** The pattern of its address. */
  readonly route: string;
  /** Gives it, or undefined; must not throw. */
  readonly look: () => Promise<EarlyAnswer | undefined>;
};

export type EarlyAnswers = {
  readonly health: Health;
  /** Undefined, for nearly everything: the request takes the ordinary way at once. */
  readonly sourceOf: (target: string) => EarlySource | undefined;
  /** What a request is known by. */
  readonly contextOf: (request: IncomingMessage) => Context;
  /** Told of each answer, with the milliseconds that it took. */
  readonly answered: (request: IncomingMessage, context: Context, route: string, milliseconds: number) => void;
  /** Describes one in its span, where it has one, while its connection is there; gives what ends that. */
  readonly record: (request: IncomingMessage, context: Context, route: string) => EndOfRecord | undefined;
};

const contexts = new WeakMap<IncomingMessage, Context>();

/** By what a request is known that was looked at here before it took the ordinary way. */
export const knownContext = (request: IncomingMessage): Context | undefined => contexts.get(request);

/** A GET of somebody who says nothing of themselves, without content, about which nothing is odd. */
const isPlain = (request: IncomingMessage): boolean => {
  const { method, headers } = request;
  return (
    method === 'GET' &&
    headers.authorization === undefined &&
    headers['content-length'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.upgrade === undefined &&
    !isCallerGone(request) &&
    !isAmbiguous(request)
  );
};

/**
 * Answers what needs no handler before Fastify sees it, which costs as much again as Node's own part. Unlike what is on the fast path, a connection may go on with
 * anything else.
 * @param server whose requests; Fastify listens to it already
 */
export const answerEarly = (server: Server, { health, sourceOf, contextOf, answered, record }: EarlyAnswers): void => {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  const ordinary = (request: IncomingMessage, response: ServerResponse): void => {
    for (const listener of listeners) listener.call(server, request, response);
  };
  const answer = async (request: IncomingMessage, response: ServerResponse, { route, look }: EarlySource) => {
    const begun = performance.now();
    const context = contextOf(request);
    // Whatever is asked of others for it is a part of its span; what is not found here is looked for again on the ordinary way.
    const found = await (context.span ? context.span.run(look) : look());
    if (!found || health.phase !== 'ready') {
      contexts.set(request, context);
      return ordinary(request, response);
    }
    const end = record(request, context, route);
    if (response.destroyed) return end?.(undefined, false);
    // The one event that comes in any case: the client got all of it, or left.
    if (end) response.once('close', () => end(200, response.writableFinished));
    response.writeHead(200, ['x-request-id', context.id, ...found.headers]).end(found.body);
    answered(request, context, route, performance.now() - begun);
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const source = health.phase === 'ready' && isPlain(request) ? sourceOf(request.url ?? '') : undefined;
    if (source) void answer(request, response, source);
    else ordinary(request, response);
  });
};
