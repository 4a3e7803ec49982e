import { openCache, type Servers } from '@scale-up/cache';
import { type Config, readConfigOrExit } from '@scale-up/config';
import { type Database, openDatabase } from '@scale-up/database';
import { createLogger, createMetrics, createServer, Health, isRefused, keepTickShape, run } from '@scale-up/service';
import { startTracing, type Tracing } from '@scale-up/tracing';
import { buildApp } from './app.ts';
import { createCaching } from './caching.ts';
import { openWatch } from './cluster/open.ts';
import { peerPath } from './cluster/sources/peer.ts';
import { reportDatabase } from './database-events.ts';
import { reportDependencies } from './dependencies.ts';
import { EarlyReads } from './early-reads.ts';
import { pruneOutcomes } from './pruning.ts';
import { compatibleSchema } from './schema-version.ts';
import { traceCache, traceDatabase } from './traced.ts';

/** Bytes that all waiting requests keep together: bodies of 1 MiB must not fill the memory that 2,000 small ones may. */
const heldBytes = 64 * 1_048_576;

const cacheServers = (config: Config<'app'>): Servers | undefined =>
  config.REDIS_SENTINELS
    ? { sentinels: config.REDIS_SENTINELS, password: config.REDIS_PASSWORD?.reveal() }
    : config.REDIS_URL?.reveal();

/**
 * The standbys, read while the primary is away: by few connections, for it is an exception and the reads are short. Whoever has no answer within 0.5 s waits
 * for the primary instead.
 */
const openStandbys = (config: Config<'app'>, tracing: Tracing): Database | undefined => {
  const { DATABASE_REPLICAS_URL: url } = config;
  if (url === undefined) return undefined;
  const hold = { time: 500, callers: config.HELD_REQUESTS_MAX, bytes: heldBytes };
  const observer = traceDatabase(tracing, url);
  return openDatabase({ url: url.reveal(), poolSize: 3, applicationName: 'app-standby', hold, observer });
};

/** Longer than a router on this server takes, in milliseconds; without an answer there is hope. */
const quorumPatience = 400;

const canReturn = ({ DATABASE_QUORUM_URL: url }: Config<'app'>): (() => Promise<boolean>) | undefined =>
  url === undefined
    ? undefined
    : async () => {
        const { status, body } = await fetch(url, { signal: AbortSignal.timeout(quorumPatience) });
        await body?.cancel();
        return status !== 503;
      };

const isCutOff = ({ OWN_ROUTER: router }: Config<'app'>): (() => Promise<boolean>) | undefined =>
  router && (() => isRefused(router));

/** The process of app. */
const main = async (): Promise<void> => {
  keepTickShape();
  const config = readConfigOrExit('app');
  const logger = createLogger('app', config);
  const tracing = await startTracing({ name: 'app', release: config.RELEASE }, logger);
  const metrics = createMetrics('app', config.RELEASE);
  const health = new Health(isCutOff(config));
  const database = openDatabase({
    url: config.DATABASE_URL.reveal(),
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: 'app',
    role: 'primary',
    hold: {
      time: config.HOLD_LIMIT_MS,
      callers: config.HELD_REQUESTS_MAX,
      bytes: heldBytes,
      canReturn: canReturn(config),
      isCutOff: isCutOff(config),
    },
    onEvent: reportDatabase(logger, metrics),
    observer: traceDatabase(tracing, config.DATABASE_URL),
  });
  const standbys = openStandbys(config, tracing);
  const onCacheChange = (isUp: boolean, reason?: Error): void =>
    isUp ? logger.info('cache connected') : logger.warn({ err: reason }, 'cache lost, working without');
  const cache = openCache(cacheServers(config), onCacheChange, { observer: traceCache(tracing) });
  reportDependencies(health, metrics, database, cache);

  const caching = createCaching(cache, config.RELEASE);
  const early = new EarlyReads(caching);
  const server = createServer({
    logger,
    metrics,
    health,
    tracing,
    trustedProxies: config.TRUSTED_PROXIES,
    earlySource: (target) => early.sourceOf(target),
  });
  const cluster = openWatch({ config, logger, database, cache, health });
  await buildApp(server, { config, database, standbys, cache, caching, early, health, tracing, watch: cluster.watch });
  const closing = new AbortController();
  server.addHook('onClose', async () => {
    closing.abort();
    cluster.close();
    cache.close();
    await Promise.all([database.close(), standbys?.close()]);
  });
  await run({
    server,
    health,
    metrics,
    logger,
    tracing,
    release: config.RELEASE,
    listen: { host: config.APP_HOST, port: config.APP_PORT },
    ops: {
      host: config.APP_OPS_HOST,
      port: config.APP_OPS_PORT,
      more: {
        [peerPath]: ({ searchParams }) => cluster.watch.word(searchParams.has('watched'), searchParams.has('all')),
      },
    },
    drain: { delay: config.DRAIN_DELAY_MS, limit: config.DRAIN_LIMIT_MS },
    started: async () => {
      await compatibleSchema(database, logger);
      void pruneOutcomes(database, logger, closing.signal);
      void cluster.watch.run();
    },
  });
};

if (import.meta.main) await main();
