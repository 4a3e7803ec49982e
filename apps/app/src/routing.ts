import type { KeyObject } from 'node:crypto';
import type { CallOutput, HandlerInput, Operation } from '@scale-up/contract';
import type { Database, Queries } from '@scale-up/database';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Caching } from './caching.ts';
import type { EarlyReads } from './early-reads.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { answerRead } from './reading.ts';
import { requireReadableQuery, requireStorableText } from './text.ts';
import type { Claims, Tokens } from './tokens.ts';
import { readClaims, tokenInvalid, tokenMissing, type Viewer } from './viewer.ts';
import { answerOnce } from './writing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the token claims; whether it still counts is the database's to say. */
    claims: Claims | undefined;
    /** Whether its handler was reached, which asks the database about the token before all else. */
    isHandled: boolean;
  }
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

export type Input<O extends Operation> = HandlerInput<O> & {
  readonly request: FastifyRequest;
  /** The client's Idempotency-Key. */
  readonly key: O['idempotencyKey'] extends 'required' ? string : string | undefined;
};
type Output<O extends Operation> = Promise<CallOutput<O>>;

/** Needs a token: always there once the handler runs. */
type Access<O extends Operation, Present> = O['access'] extends 'user' | 'admin' ? Present : Present | undefined;

export type ReadHandler<O extends Operation> = (
  input: Input<O> & { readonly claims: Access<O, Claims> },
  queries: Queries,
) => Output<O>;

/** Work that must not hold a transaction open, such as hashing a password; done once, however often the transaction is repeated. */
export type Preparation<O extends Operation, Prepared> = (
  input: Input<O> & { readonly claims: Access<O, Claims> },
  queries: Queries,
) => Promise<Prepared>;

export type WriteHandler<O extends Operation, Prepared> = (
  input: Input<O> & {
    readonly viewer: Access<O, Viewer>;
    readonly claims: Access<O, Claims>;
    readonly prepared: Prepared;
    /** Adds a header to the answer; it is stored with it. */
    readonly setHeader: (name: string, value: string) => void;
  },
  queries: Queries,
) => Output<O>;

/** Registers operations of the contract. */
export type Routing = {
  /** A read: as many statements as it likes, outside a transaction. Each is repeated while the database is away. */
  readonly read: <O extends Operation & { readonly method: 'GET' }>(operation: O, handler: ReadHandler<O>) => void;
  /**
   * A write: everything in one transaction, which also says whether the token still counts, and stores the answer, so that a repetition
   * gets the same. The handler may run several times and must have no effect beside its statements.
   */
  readonly write: <O extends Operation>(operation: O, handler: WriteHandler<O, undefined>) => void;
  /** A write with something to do before its transaction. */
  readonly writeAfter: <O extends Operation, Prepared>(
    operation: O,
    prepare: Preparation<O, Prepared>,
    handler: WriteHandler<O, Prepared>,
  ) => void;
  /** What this process knows by itself, with the database or without; the handler looks who may know it. */
  readonly answer: <O extends Operation & { readonly method: 'GET' }>(
    operation: O,
    handler: (input: Input<O> & { readonly claims: Access<O, Claims> }) => Output<O>,
  ) => void;
  /** A stream beside an operation, for those who may call that; its handler sends it. */
  readonly stream: (
    path: string,
    operation: Operation & { readonly access: 'user' | 'admin' },
    handler: (claims: Claims, reply: FastifyReply) => Promise<FastifyReply>,
  ) => void;
};

export type RoutingParts = {
  readonly database: Database;
  readonly standbys: Database | undefined;
  readonly caching: Caching;
  readonly early: EarlyReads;
  readonly tokens: Tokens;
  /** Names writes and seals their answers. */
  readonly secret: KeyObject;
};

type Answer = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * The one place where operations become routes: access, validation, status and schema come from the contract, and no write gets past the
 * storing of its outcome.
 * @param server where the routes go
 */
export const createRouting = (
  server: FastifyInstance,
  { database, standbys, caching, early, tokens, secret }: RoutingParts,
): Routing => {
  server.decorateRequest('claims');
  server.decorateRequest('isHandled', false);

  const authenticate = async (request: FastifyRequest): Promise<void> => {
    const access = request.routeOptions.config.operation?.access;
    if (access === undefined || access === 'public') return;
    const claims = await readClaims(tokens, request.headers.authorization);
    if (claims) request.claims = claims;
    else if (access !== 'optional') throw claims === null ? tokenInvalid() : tokenMissing();
  };
  const add = (operation: Operation, answer: Answer): void => {
    const route: RouteOptions = {
      method: operation.method,
      url: operation.path,
      config: { operation },
      schema: schemaOf(operation),
      onRequest: authenticate,
      preValidation: checkQuery,
      preHandler: checkText,
      handler: async (request, reply) => {
        request.isHandled = true;
        return reply.code(operation.status).send(await answer(request, reply));
      },
    };
    server.route(route);
  };
  const write = (operation: Operation, handler: WriteHandler<never, never>, prepare?: Preparation<never, unknown>) =>
    add(operation, (request, reply) => {
      const parts = { database, caching, operation, secret, request, reply, input: inputOf(request) };
      return answerOnce(parts, handler as never, prepare as never);
    });
  return {
    read: (operation, handler) =>
      add(operation, (request, reply) => {
        const input = inputOf(request);
        return answerRead({ database, standbys, caching, early, operation, request, reply, input }, (queries) =>
          handler(input, queries),
        );
      }),
    answer: (operation, handler) => add(operation, (request) => handler(inputOf(request))),
    stream: (path, operation, handler) =>
      server.get(path, {
        config: { operation },
        schema: { hide: true },
        // It would be a stream that nobody reads.
        exposeHeadRoute: false,
        onRequest: authenticate,
        handler: async (request, reply) => {
          request.isHandled = true;
          return handler(request.claims as Claims, reply);
        },
      }),
    write: (operation, handler) => write(operation, handler),
    writeAfter: (operation, prepare, handler) => write(operation, handler, prepare),
  };
};

const checkQuery = async ({ raw }: FastifyRequest): Promise<void> => requireReadableQuery(raw.url ?? '');

// Only what the operation has: the rest is ignored, and may be of any depth.
const checkText = async ({ body, query, params, routeOptions }: FastifyRequest): Promise<void> => {
  const { operation } = routeOptions.config;
  if (operation?.body) requireStorableText(body);
  if (operation?.query) requireStorableText(query);
  if (operation?.params) requireStorableText(params);
};

/** The types of a request's parts are the operation's: Fastify has validated them against its schemas. */
const inputOf = (request: FastifyRequest): never => {
  const { params, query, body, claims, headers, routeOptions } = request;
  const { operation } = routeOptions.config;
  const key =
    operation?.method === 'GET'
      ? undefined
      : readIdempotencyKey(headers['idempotency-key'], operation?.idempotencyKey === 'required');
  return { params, query, body, claims, request, key } as never;
};

const schemaOf = (operation: Operation): object => {
  const { params, query, body, answer, status, summary, access, path } = operation;
  const [, tag = ''] = path.split('/');
  return {
    summary,
    tags: [tag === 'user' ? 'users' : tag],
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    ...(access !== 'public' && { security: access === 'optional' ? [{}, { token: [] }] : [{ token: [] }] }),
    response: { [status]: answer ?? { type: 'null', description: 'Done; no body' } },
  };
};
