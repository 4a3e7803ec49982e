import type { CallOutput, HandlerInput, Operation } from '@scale-up/contract';
import type { Database, Queries } from '@scale-up/database';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { readIdempotencyKey } from './idempotency-key.ts';
import { isSlugLost } from './slug.ts';
import { requireReadableQuery, requireStorableText } from './text.ts';
import type { Claims, Tokens } from './tokens.ts';
import { readClaims, requireViewer, tokenInvalid, tokenMissing, type Viewer } from './viewer.ts';

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
  /** Adds a header to the answer. */
  readonly setHeader: (name: string, value: string) => void;
};
type Output<O extends Operation> = Promise<CallOutput<O>>;

/** Needs a token: always there once the handler runs. */
type Access<O extends Operation, Present> = O['access'] extends 'user' | 'admin' ? Present : Present | undefined;

export type ReadHandler<O extends Operation> = (input: Input<O> & { readonly claims: Access<O, Claims> }) => Output<O>;
export type WriteHandler<O extends Operation> = (
  input: Input<O> & { readonly viewer: Access<O, Viewer>; readonly claims: Access<O, Claims> },
  queries: Queries,
) => Output<O>;

/** Registers operations of the contract. */
export type Routing = {
  /** A read: as many statements as it likes, outside a transaction. */
  readonly read: <O extends Operation>(operation: O, handler: ReadHandler<O>) => void;
  /** A write: everything in one transaction, which also says whether the token still counts. */
  readonly write: <O extends Operation>(operation: O, handler: WriteHandler<O>) => void;
  /** Like `write`, for work that must not hold a transaction open, such as hashing a password. */
  readonly prepare: <O extends Operation>(operation: O, handler: ReadHandler<O>) => void;
};

/**
 * The one place where operations become routes: access, validation, status and schema come from the contract.
 * @param server where the routes go
 */
export const createRouting = (server: FastifyInstance, database: Database, tokens: Tokens): Routing => {
  const authenticate = async (request: FastifyRequest): Promise<void> => {
    const access = request.routeOptions.config.operation?.access;
    if (access === undefined || access === 'public') return;
    const claims = await readClaims(tokens, request.headers.authorization);
    if (claims) request.claims = claims;
    else if (access !== 'optional') throw claims === null ? tokenInvalid() : tokenMissing();
  };
  const checkQuery = async ({ raw }: FastifyRequest): Promise<void> => requireReadableQuery(raw.url ?? '');
  // Only what the operation has: the rest is ignored, and may be of any depth.
  const checkText = async ({ body, query, params, routeOptions }: FastifyRequest): Promise<void> => {
    const { operation } = routeOptions.config;
    if (operation?.body) requireStorableText(body);
    if (operation?.query) requireStorableText(query);
    if (operation?.params) requireStorableText(params);
  };
  server.decorateRequest('claims');
  server.decorateRequest('isHandled', false);

  const add = (
    operation: Operation,
    answer: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
  ): void => {
    const route: RouteOptions = {
      method: operation.method,
      url: operation.path,
      config: { operation },
      schema: schemaOf(operation),
      onRequest: authenticate,
      preValidation: checkQuery,
      preHandler: checkText,
      handler: async (request, reply: FastifyReply) => {
        request.isHandled = true;
        const body = await answer(request, reply);
        return reply.code(operation.status).send(body);
      },
    };
    server.route(route);
  };
  const read = <O extends Operation>(operation: O, handler: ReadHandler<O>): void =>
    add(operation, (request, reply) => handler(inputOf(request, reply)));
  return {
    read,
    prepare: read,
    write: (operation, handler) =>
      add(operation, async (request, reply) => {
        const write = () =>
          database.transaction(async (queries) => {
            const viewer = request.claims && (await requireViewer(queries, request.claims));
            return handler(inputOf(request, reply, viewer), queries);
          });
        try {
          return await write();
        } catch (error) {
          if (isSlugLost(error)) return write();
          throw error;
        }
      }),
  };
};

/** The types of a request's parts are the operation's: Fastify has validated them against its schemas. */
const inputOf = (request: FastifyRequest, reply: FastifyReply, viewer?: Viewer): never => {
  const { params, query, body, claims, headers, routeOptions } = request;
  const isRequired = routeOptions.config.operation?.idempotencyKey === 'required';
  const key = readIdempotencyKey(headers['idempotency-key'], isRequired);
  const setHeader = (name: string, value: string): void => void reply.header(name, value);
  return { params, query, body, claims, viewer, request, key, setHeader } as never;
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
