import { readFileSync } from 'node:fs';
import { type Cache, openCacheMembers } from '@scale-up/cache';
import type { Config } from '@scale-up/config';
import { type Database, statement } from '@scale-up/database';
import type { Health, Logger } from '@scale-up/service';
import { partsOf } from './look.ts';
import { createAsk } from './sources/ask.ts';
import { topologyOf } from './topology.ts';
import { Watch } from './watch.ts';

const ping = statement<{ one: number }>('ping', `SELECT 1 AS one`);

type Parts = {
  readonly config: Config<'app'>;
  readonly logger: Logger;
  readonly database: Database;
  readonly cache: Cache;
  readonly health: Health;
};

/** The authority of the database's certificate is Patroni's as well. */
const authorityOf = ({ DATABASE_URL: url }: Config<'app'>): string | undefined => {
  const file = URL.parse(url.reveal())?.searchParams.get('sslrootcert');
  return file ? readFileSync(file, 'utf8') : undefined;
};

/** Makes the watch of the site as the configuration has it; it looks once it is run. */
export const openWatch = ({ config, logger, database, cache, health }: Parts) => {
  const hasCache = config.REDIS_URL !== undefined || config.REDIS_SENTINELS !== undefined;
  const ops = { host: config.APP_OPS_HOST, port: config.APP_OPS_PORT };
  const topology = topologyOf(config.CLUSTER_MAP, ops, hasCache);
  const places = partsOf(topology, 'cache').flatMap(({ at }) => at ?? []);
  const caches = openCacheMembers(places, config.REDIS_PASSWORD?.reveal());
  const watch = new Watch(
    {
      topology,
      plain: createAsk(),
      tls: createAsk(authorityOf(config)),
      caches,
      self: () => ({ phase: health.phase, release: config.RELEASE }),
      reachesDatabase: async () => (await database.for({ patience: 0 }).first(ping)) !== undefined,
      reachesCache: async () => (await cache.probe()) === true,
    },
    logger,
  );
  return {
    watch,
    close: () => {
      watch.stop();
      caches.close();
    },
  };
};
