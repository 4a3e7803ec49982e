import type { Cache } from '@scale-up/cache';
import { type Database, statement } from '@scale-up/database';
import { Counter, Gauge, type Health, type Registry } from '@scale-up/service';

const ping = statement<{ one: number }>('ping', `SELECT 1 AS one`);

/** Shows the states of database and cache in /readyz?verbose and metrics, where they change no status. */
export const reportDependencies = (health: Health, metrics: Registry, database: Database, cache: Cache): void => {
  health.addDependency('database', async () => {
    await database.for({ patience: 0 }).first(ping);
    return { state: 'up' };
  });
  health.addDependency('cache', async () => {
    const isUp = await cache.probe();
    return isUp === undefined ? { state: 'up', detail: 'none configured' } : { state: isUp ? 'up' : 'down' };
  });
  reportPool(metrics, database);
  reportCache(metrics, cache);
};

/** Named after the semantic conventions of OpenTelemetry; they know no requests that are held. */
const reportPool = (metrics: Registry, database: Database): void => {
  new Gauge({
    name: 'db_client_connection_count',
    help: 'Connections of the pool by state.',
    labelNames: ['db_client_connection_state'],
    registers: [metrics],
    collect() {
      const { total, idle } = database.connections();
      this.set({ db_client_connection_state: 'used' }, total - idle);
      this.set({ db_client_connection_state: 'idle' }, idle);
    },
  });
  new Gauge({
    name: 'db_client_connection_pending_requests',
    help: 'Requests that wait for a connection of the pool.',
    registers: [metrics],
    collect() {
      this.set(database.connections().waiting);
    },
  });
  new Gauge({
    name: 'db_client_held_requests',
    help: 'Requests that are held while the database is away.',
    registers: [metrics],
    collect() {
      this.set(database.connections().held);
    },
  });
};

const reportCache = (metrics: Registry, cache: Cache): void => {
  new Counter({
    name: 'cache_requests_total',
    help: 'Values asked for in the cache: found fresh, answered stale, or neither.',
    labelNames: ['result'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(cache.stats().requests)) this.inc({ result }, count);
    },
  });
  new Gauge({
    name: 'cache_breaker_open',
    help: '1 while the cache is slow or failing and is given a rest; each process then does without.',
    registers: [metrics],
    collect() {
      this.set(Number(cache.stats().breaker.isOpen));
    },
  });
  new Counter({
    name: 'cache_breaker_opens_total',
    help: 'How often that began.',
    registers: [metrics],
    collect() {
      this.reset();
      this.inc(cache.stats().breaker.opens);
    },
  });
};
