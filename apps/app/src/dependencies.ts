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
  new Gauge({
    name: 'db_client_connection_count',
    help: 'Connections of the pool by state, requests that wait for one, and those held while the database is away.',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      const { total, idle, waiting, held } = database.connections();
      this.set({ state: 'used' }, total - idle);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'pending' }, waiting);
      this.set({ state: 'held' }, held);
    },
  });
  reportCache(metrics, cache);
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
