import {
  createServer,
  type Exchange,
  type Health,
  limits,
  type Logger,
  Problem,
  type Registry,
} from '@scale-up/service';
import type { Tracing } from '@scale-up/tracing';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { forwardApi, forwardedMethods, forwardSimple, openForwarding, type Upstream } from './forwarding/routes.ts';
import { securityHeaders } from './security-headers.ts';
import type { OtherAssets } from './static-files/other-assets.ts';
import { answerPrepared, serveStaticFiles } from './static-files/routes.ts';
import type { StaticFolder } from './static-files/static-folder.ts';

export type WebParts = {
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Health;
  readonly tracing?: Tracing | undefined;
  readonly trustedProxies: readonly string[] | undefined;
  readonly folder: StaticFolder;
  readonly otherAssets?: OtherAssets | undefined;
  readonly upstreamUrl: string;
  readonly upstreamLimits?: Partial<Upstream['limits']>;
};

const noRoute = ({ raw }: FastifyRequest): Problem => {
  const isApi = /^\/api(?:[/?]|$)/.test(raw.url ?? '');
  return new Problem('method-not-allowed', {}, { allow: (isApi ? forwardedMethods : ['GET', 'HEAD']).join(', ') });
};

/** Builds the web server: /api goes to the upstream, everything else is a static file. */
export const buildWeb = async (parts: WebParts): Promise<FastifyInstance> => {
  const problemHeaders = { ...securityHeaders, 'cache-control': 'no-store' };
  const { folder, logger, metrics } = parts;
  const upstream: Upstream = { url: parts.upstreamUrl, limits: { ...limits, ...parts.upstreamLimits } };
  const forwarding = openForwarding(upstream, metrics);
  const fastPath = (exchange: Exchange): boolean =>
    answerPrepared(folder, exchange) || forwardSimple(exchange, forwarding, logger);
  const server = createServer({ ...parts, problemHeaders, noRoute, fastPath });
  await forwardApi(server, forwarding);
  serveStaticFiles(server, folder, parts.otherAssets);
  server.addHook('onClose', () => folder.close());
  return server;
};
