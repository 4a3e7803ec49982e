import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type Operation, ProblemDocument } from '@scale-up/contract';
import type { FastifyInstance } from 'fastify';

/** The API's description, made from the contract's schemas (OpenAPI 3.1), and a page that shows it without the internet. */
export const describeApi = async (server: FastifyInstance): Promise<void> => {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scale Up',
        version: '1.0.0',
        description:
          'Accounts, articles, comments and tags as the RealWorld API has them, and a shop beside. Errors are problem documents (RFC 9457).',
      },
      components: {
        securitySchemes: {
          token: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: '`Token <jwt>` or `Bearer <jwt>`',
          },
        },
        schemas: { Problem: ProblemDocument as never },
      },
    },
    transform: ({ schema, url, route }) => ({ url, schema: described(schema, route.config?.operation) }),
  });
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    // Where this server's prefix puts it; without a slash at its end, the page names its files from there.
    indexPrefix: '/api',
    staticCSP: contentSecurityPolicy,
    uiConfig: { deepLinking: false },
  });
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger());
};

/** Everything comes from here. */
const contentSecurityPolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

const problem = {
  description: 'Problem document',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

type Query = { readonly properties: Record<string, object>; readonly required?: readonly string[] };

/** What has a default may be left out, whatever a handler is sure to get. */
const withoutDefaults = ({ required = [], ...query }: Query): Query => ({
  ...query,
  required: required.filter((name) => !('default' in (query.properties[name] ?? {}))),
});

/** Every write may be named by its client, and some must be. Whether it is well-formed is looked at elsewhere (idempotency-key.ts). */
const keyHeader = ({ method, idempotencyKey }: Operation): object | undefined =>
  method === 'GET'
    ? undefined
    : {
        type: 'object',
        properties: {
          'Idempotency-Key': {
            type: 'string',
            minLength: 1,
            maxLength: 255,
            description:
              'Names the write: sent again under the same key it is done once, and answered with the same bytes.',
          },
        },
        required: idempotencyKey ? ['Idempotency-Key'] : [],
      };

/** Adds what is not in the routes' own schemas: answers that are no success are serialised elsewhere, the key is read elsewhere. */
const described = (schema: unknown, operation: Operation | undefined): never => {
  const { response, querystring, ...rest } = (schema ?? {}) as { response?: object; querystring?: Query };
  const statuses = [...(operation?.problems ?? []), 'default'];
  const problems = Object.fromEntries(statuses.map((status) => [status, problem]));
  const headers = operation && keyHeader(operation);
  return {
    ...rest,
    ...(headers && { headers }),
    ...(querystring && { querystring: withoutDefaults(querystring) }),
    ...(response && { response: { ...response, ...problems } }),
  } as never;
};
