import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createMetrics, createServer, Health } from '../src/index.ts';

/** The value of the first series that begins so. */
const valueOf = (text: string, series: string): number => {
  const line = text.split('\n').find((each) => each.startsWith(series));
  assert.ok(line, `no ${series} in:\n${text}`);
  return Number(line.slice(line.lastIndexOf(' ') + 1));
};

suite('the metrics of a process', () => {
  test('say how late the event loop was since the last look', async () => {
    const metrics = createMetrics('trial', 'r1');
    await sleep(50);
    // Long enough that no pause of a busy machine is taken for it.
    const end = performance.now() + 1_000;
    while (performance.now() < end);
    await sleep(50);
    const text = await metrics.metrics();
    assert.ok(valueOf(text, 'nodejs_eventloop_delay_max_seconds') > 0.9, text);
    assert.ok(valueOf(text, 'nodejs_eventloop_delay_p50_seconds') < 0.9, text);
    assert.ok(valueOf(text, 'nodejs_eventloop_utilization_ratio') > 0.5, text);
    await sleep(200);
    const later = await metrics.metrics();
    assert.ok(valueOf(later, 'nodejs_eventloop_delay_max_seconds') < 0.9, later);
    assert.ok(valueOf(later, 'nodejs_eventloop_utilization_ratio') < 0.5, later);
  });

  test('say how much of the heap is used, what it may take, and what it costs to clean it', async () => {
    const metrics = createMetrics('trial', 'r1');
    const kept = Array.from({ length: 200_000 }, (_, index) => ({ index }));
    await sleep(20);
    const text = await metrics.metrics();
    const used = [...text.matchAll(/^v8js_memory_heap_used_bytes\{.*\} (\d+)$/gm)];
    const sum = used.reduce((total, [, bytes]) => total + Number(bytes), 0);
    assert.ok(Math.abs(sum / process.memoryUsage().heapUsed - 1) < 0.3, `${sum} of ${kept.length} objects`);
    assert.ok(valueOf(text, 'v8js_memory_heap_limit_bytes') > sum);
    assert.ok(valueOf(text, 'v8js_gc_duration_seconds_count{service="trial",v8js_gc_type="minor"}') > 0);
    assert.ok(valueOf(text, 'process_memory_usage_bytes') > sum);
    assert.ok(valueOf(text, 'process_cpu_time_seconds_total{cpu_mode="user"') > 0);
    assert.ok(valueOf(text, 'process_uptime_seconds') > 0);
  });

  test('say whether it starts, is ready, or drains', async () => {
    const metrics = createMetrics('trial', 'r1');
    const health = new Health();
    createServer({ logger: pino({ level: 'silent' }), metrics, health, trustedProxies: undefined });
    const phase = async (): Promise<string | undefined> =>
      /^service_phase\{phase="(\w+)",service="trial"\} 1$/m.exec(await metrics.metrics())?.[1];
    assert.equal(await phase(), 'starting');
    health.ready();
    assert.equal(await phase(), 'ready');
    health.draining();
    assert.equal(await phase(), 'draining');
  });

  test('count and time every request by method, route and status: the route as it is written, so that there are few', async () => {
    const metrics = createMetrics('trial', 'r1');
    const server = createServer({
      logger: pino({ level: 'silent' }),
      metrics,
      health: new Health(),
      trustedProxies: undefined,
    });
    server.get('/orders/:id', () => ({}));
    server.get('/broken', () => {
      throw new Error('broken');
    });
    for (const url of ['/orders/1', '/orders/2', '/broken', '/none']) await server.inject({ url });
    await server.close();
    const text = await metrics.metrics();
    const count = (route: string, status: number): number =>
      valueOf(
        text,
        `http_server_request_duration_seconds_count{service="trial",http_request_method="GET",http_route="${route}",http_response_status_code="${status}"}`,
      );
    assert.equal(count('/orders/:id', 200), 2);
    assert.equal(count('/broken', 500), 1);
    assert.equal(count('none', 404), 1);
  });
});
