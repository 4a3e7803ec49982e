import { after } from 'node:test';
import { createLogger, createMetrics, Health } from '@scale-up/service';
import { buildWeb, type WebParts } from '../src/app.ts';
import { StaticFolder } from '../src/static-files/static-folder.ts';
import { siteFolder } from './web.ts';

const logger = createLogger('web', { LOG_LEVEL: 'fatal', RELEASE: 'r1' });

/** web in this process, with limits that a test can wait for. */
export const startWebHere = async (upstreamUrl: string, upstreamLimits: WebParts['upstreamLimits'] = {}) => {
  const metrics = createMetrics('web', 'r1');
  const server = await buildWeb({
    logger,
    metrics,
    health: new Health(),
    trustedProxies: undefined,
    folder: await StaticFolder.open(await siteFolder(), logger),
    upstreamUrl,
    upstreamLimits,
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  after(async () => {
    server.server.closeAllConnections();
    await server.close();
  });
  return {
    url,
    close: () => server.close(),
    metric: (name: string) => metrics.getSingleMetricAsString(name),
    /** The value of a series without labels but the service's. */
    value: async (name: string): Promise<number> =>
      Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(await metrics.metrics())?.[1] ?? 0),
  };
};
