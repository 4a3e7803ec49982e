import type { Cache } from '@scale-up/cache';
import { type Database, statement } from '@scale-up/database';
import { Gauge, type Health, type Registry } from '@scale-up/service';

const ping = statement<{ one: number }>('ping', `SELECT 1 AS one`);

/** Shows the states of database and cache in /readyz?verbose and metrics, where they change no status. */
export const reportDependencies = (health: Health, metrics: Registry, database: Database, cache: Cache): void => {
  health.addDependency('database', async () => {
    await database.first(ping);
    return { state: 'up' };
  });
  health.addDependency('cache', async () => {
    const isUp = await cache.probe();
    return isUp === undefined ? { state: 'up', detail: 'none configured' } : { state: isUp ? 'up' : 'down' };
  });
  new Gauge({
    name: 'db_client_connection_count',
    help: 'Connections of the pool by state, and requests that wait for one.',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      const { total, idle, waiting } = database.connections();
      this.set({ state: 'used' }, total - idle);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'pending' }, waiting);
    },
  });
};
