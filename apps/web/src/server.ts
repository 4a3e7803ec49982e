import { readConfigOrExit } from '@scale-up/config';
import { createLogger, createMetrics, Health, isRefused, keepTickShape, type Logger, run } from '@scale-up/service';
import { startTracing } from '@scale-up/tracing';
import { buildWeb } from './app.ts';
import { NoIndexPage } from './static-files/manifest.ts';
import { OtherAssets } from './static-files/other-assets.ts';
import { StaticFolder } from './static-files/static-folder.ts';

const openFolderOrExit = async (path: string, logger: Logger): Promise<StaticFolder> => {
  try {
    return await StaticFolder.open(path, logger);
  } catch (error) {
    if (!(error instanceof NoIndexPage)) throw error;
    logger.fatal(`no index.html in ${path}: build the site with \`npx nx build site\`, or set STATIC_DIR`);
    process.exit(1);
  }
};

/** The process of web. */
const main = async (): Promise<void> => {
  keepTickShape();
  const config = readConfigOrExit('web');
  const logger = createLogger('web', config);
  const tracing = await startTracing({ name: 'web', release: config.RELEASE }, logger);
  const metrics = createMetrics('web', config.RELEASE);
  const { OWN_ROUTER: router } = config;
  const health = new Health(router && (() => isRefused(router)));
  const folder = await openFolderOrExit(config.STATIC_DIR, logger);
  const server = await buildWeb({
    logger,
    metrics,
    health,
    tracing,
    trustedProxies: config.TRUSTED_PROXIES,
    folder,
    otherAssets: config.OTHER_ASSETS_DIR === undefined ? undefined : new OtherAssets(config.OTHER_ASSETS_DIR, logger),
    upstreamUrl: config.APP_URL,
  });

  await run({
    server,
    health,
    metrics,
    logger,
    tracing,
    release: config.RELEASE,
    listen: { host: config.WEB_HOST, port: config.WEB_PORT },
    ops: { host: config.WEB_OPS_HOST, port: config.WEB_OPS_PORT },
    drain: { delay: config.DRAIN_DELAY_MS, limit: config.DRAIN_LIMIT_MS },
  });
};

if (import.meta.main) await main();
