import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCache } from '@scale-up/cache';
import type { Database } from '@scale-up/database';
import { createMetrics, Health } from '@scale-up/service';
import { reportDependencies } from '../src/dependencies.ts';

const databaseWith = (connections: ReturnType<Database['connections']>): Database =>
  ({ connections: () => connections }) as Database;

test('the metrics say how many connections are in use, how many requests wait for one, and how many are held', async () => {
  const metrics = createMetrics('app', 'test');
  const database = databaseWith({ total: 10, idle: 3, waiting: 4, held: 2 });
  reportDependencies(
    new Health(),
    metrics,
    database,
    openCache(undefined, () => {}),
  );
  const text = await metrics.metrics();
  assert.match(text, /^db_client_connection_count\{db_client_connection_state="used",service="app"\} 7$/m);
  assert.match(text, /^db_client_connection_count\{db_client_connection_state="idle",service="app"\} 3$/m);
  assert.match(text, /^db_client_connection_pending_requests\{service="app"\} 4$/m);
  assert.match(text, /^db_client_held_requests\{service="app"\} 2$/m);
});

test('the metrics say how often the cache had an answer, and whether it is given a rest', async () => {
  const cache = openCache(undefined, () => {});
  const metrics = createMetrics('app', 'test');
  reportDependencies(new Health(), metrics, databaseWith({ total: 0, idle: 0, waiting: 0, held: 0 }), cache);
  const values = cache.values('test', { freshFor: 2_000, staleFor: 60_000, groupsOf: () => [] });
  for (let i = 0; i < 3; i++) {
    await values.through('a', async () => 'text', { staleIf: () => true, patience: 1_000 });
  }
  for (const scrape of ['first', 'second']) {
    const text = await metrics.metrics();
    const find = (series: string): string | undefined => text.split('\n').find((line) => line.startsWith(series));
    assert.match(find('cache_requests_total{result="fresh"') ?? '', / 2$/, scrape);
    assert.match(find('cache_requests_total{result="miss"') ?? '', / 1$/, scrape);
    assert.match(find('cache_requests_total{result="stale"') ?? '', / 0$/, scrape);
    assert.match(find('cache_breaker_open{') ?? '', / 0$/, scrape);
    assert.match(find('cache_breaker_opens_total{') ?? '', / 0$/, scrape);
  }
});
