import type { Cache } from '@scale-up/cache';
import type { Config } from '@scale-up/config';
import type { Database } from '@scale-up/database';
import { type Health, Problem } from '@scale-up/service';
import type { Tracing } from '@scale-up/tracing';
import type { FastifyInstance } from 'fastify';
import { articleRoutes } from './articles/routes.ts';
import { readJsonBodies } from './body.ts';
import type { Caching } from './caching.ts';
import { createEventStreams } from './cluster/event-stream.ts';
import { clusterRoutes } from './cluster/routes.ts';
import type { Watch } from './cluster/watch.ts';
import { commentRoutes } from './comments/routes.ts';
import type { EarlyReads } from './early-reads.ts';
import { handleApiErrors, retryAfter } from './errors.ts';
import { reportHolding } from './held.ts';
import { describeApi } from './openapi.ts';
import { outcomeSecretOf } from './outcome-key.ts';
import { orderRoutes } from './orders/routes.ts';
import { productRoutes } from './products/routes.ts';
import { profileRoutes } from './profiles/routes.ts';
import { createRouting } from './routing.ts';
import { tagRoutes } from './tags/routes.ts';
import { createTokens } from './tokens.ts';
import { traceHandlers } from './traced.ts';
import { sayUnderWay } from './under-way.ts';
import { createLoginLimits } from './users/login-limits.ts';
import { userRoutes } from './users/routes.ts';
import { compileValidator } from './validation.ts';

export type AppParts = {
  readonly config: Config<'app'>;
  readonly database: Database;
  /** Its standbys, where there are any to read from. */
  readonly standbys?: Database | undefined;
  readonly cache: Cache;
  readonly caching: Caching;
  readonly early: EarlyReads;
  readonly health: Health;
  readonly tracing: Tracing;
  /** Looks at the site that this process is part of. */
  readonly watch: Watch;
};

/**
 * Adds the business API below /api to a server.
 * @param server made by libs/service
 * @param parts what it works with; the caller closes them
 */
export const buildApp = async (
  server: FastifyInstance,
  { config, database, standbys, cache, caching, early, health, tracing, watch }: AppParts,
): Promise<void> => {
  const tokens = createTokens(config.TOKEN_SECRET, config.TOKEN_LIFETIME_HOURS);
  const limits = createLoginLimits(cache, config.LOGIN_LIMIT_PER_MINUTE, config.REGISTRATION_LIMIT_PER_HOUR);
  const streams = createEventStreams(watch, () => health.phase === 'draining');
  server.addHook('preClose', async () => streams.end());
  sayUnderWay(server);
  await server.register(
    async (api) => {
      handleApiErrors(api, database);
      // Until the schema is there, nothing can be answered; no balancer sends anything then, but web in development does.
      api.addHook('onRequest', async () => {
        if (health.phase === 'starting') throw new Problem('unavailable', {}, { 'retry-after': retryAfter });
      });
      readJsonBodies(api);
      traceHandlers(api, tracing);
      api.setValidatorCompiler(compileValidator);
      await describeApi(api);
      reportHolding(api);
      const secret = outcomeSecretOf(config.TOKEN_SECRET);
      const routing = createRouting(api, { database, standbys, caching, early, tokens, secret });
      userRoutes(routing, tokens, limits);
      profileRoutes(routing);
      articleRoutes(routing);
      commentRoutes(routing);
      tagRoutes(routing);
      productRoutes(routing);
      orderRoutes(routing);
      clusterRoutes(routing, database, watch, streams);
    },
    { prefix: '/api' },
  );
};
