import { openCache } from '@scale-up/cache';
import { readConfigOrExit } from '@scale-up/config';
import { openDatabase } from '@scale-up/database';
import { createLogger, createMetrics, createServer, Health, run } from '@scale-up/service';
import { buildApp } from './app.ts';
import { reportDependencies } from './dependencies.ts';
import { compatibleSchema } from './schema-version.ts';

/** The process of app. */
const main = async (): Promise<void> => {
  const config = readConfigOrExit('app');
  const logger = createLogger('app', config);
  const metrics = createMetrics('app', config.RELEASE);
  const health = new Health();
  const database = openDatabase({
    url: config.DATABASE_URL.reveal(),
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'app',
    onConnectionLost: (error) => logger.warn({ err: error }, 'database connection lost'),
  });
  const cache = openCache(config.REDIS_URL?.reveal(), (isUp, reason) =>
    isUp ? logger.info('cache connected') : logger.warn({ err: reason }, 'cache lost, working without'),
  );
  reportDependencies(health, metrics, database, cache);

  const server = createServer({ logger, metrics, health, trustedProxies: config.TRUSTED_PROXIES });
  await buildApp(server, { config, database, cache, health });
  server.addHook('onClose', async () => {
    cache.close();
    await database.close();
  });
  await run({
    server,
    health,
    metrics,
    logger,
    listen: { host: config.APP_HOST, port: config.APP_PORT },
    ops: { host: config.APP_OPS_HOST, port: config.APP_OPS_PORT },
    drain: { delay: config.DRAIN_DELAY_MS, limit: config.DRAIN_LIMIT_MS },
    started: () => compatibleSchema(database, logger),
  });
};

if (import.meta.main) await main();
