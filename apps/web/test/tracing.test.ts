import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OtlpReceiver, type ServiceProcess } from '@scale-up/testing';
import { type Seen, seen, startTellingUpstream, valuesOf } from './upstream.ts';
import { exchange, siteFolder, startWeb } from './web.ts';

let folder: string;
let upstream: string;
let receiver: OtlpReceiver;
before(async () => {
  folder = await siteFolder();
  upstream = (await startTellingUpstream()).url;
  receiver = await OtlpReceiver.start();
});
after(() => receiver.stop());

const start = (env: NodeJS.ProcessEnv = {}): Promise<ServiceProcess> =>
  startWeb({ STATIC_DIR: folder, APP_URL: upstream, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env });

const long = `/?${'x'.repeat(12_000)}`;
const asked = (connection: string): string =>
  `GET ${long} HTTP/1.1\r\nHost: trial\r\nConnection: ${connection}\r\n\r\n`;

/** How many of so many requests, one behind the other on each of four connections, are answered with 200. */
const answeredOf = async (web: ServiceProcess, count: number): Promise<number> => {
  const bytes = asked('keep-alive').repeat(count / 4 - 1) + asked('close');
  const answers = await Promise.all(Array.from({ length: 4 }, () => exchange(web.url, bytes)));
  return answers.join('').match(/HTTP\/1\.1 200 /g)?.length ?? 0;
};

const forged = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'role=admin',
};

test('a client can neither have itself recorded nor hand on baggage', async () => {
  const web = await start({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  const upstreamSaw: Seen = await seen(web, '/api/x', forged);
  assert.match(valuesOf(upstreamSaw, 'traceparent').join(), /^00-(?!0af7)[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  assert.deepEqual([...valuesOf(upstreamSaw, 'tracestate'), ...valuesOf(upstreamSaw, 'baggage')], []);
  await web.stop();
  assert.equal(receiver.requests, 0);
});

test('of the previous tier a trace is taken, and what is asked next is below the try that asked it', async () => {
  const web = await start({ TRUSTED_PROXIES: '127.0.0.1', OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  const upstreamSaw = await seen(web, '/api/x', { ...forged, 'x-request-id': 'given-request-id' });
  await web.stop();
  const [whole, attempt] = ['GET /api/*', 'GET'].map((name) => receiver.spans.find((span) => span.name === name));
  assert.deepEqual([whole?.traceId, whole?.parentId], ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']);
  assert.equal(whole?.attributes['scale_up.request_id'], 'given-request-id');
  assert.equal(attempt?.parentId, whole?.spanId);
  assert.deepEqual(valuesOf(upstreamSaw, 'traceparent'), [`00-${attempt?.traceId}-${attempt?.spanId}-01`]);
  assert.deepEqual([...valuesOf(upstreamSaw, 'tracestate'), ...valuesOf(upstreamSaw, 'baggage')], []);
});

test('a process that is stopped sends what it has, long before the next batch is due', async () => {
  receiver.spans.length = 0;
  const web = await start({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
  for (let each = 0; each < 3; each += 1) await (await fetch(`${web.url}/`)).text();
  const begun = performance.now();
  assert.deepEqual(await web.stop(), { code: 0, signal: null });
  assert.ok(performance.now() - begun < 2_000);
  assert.equal(receiver.spans.length, 3);
});

suite('a request is answered, memory stays bounded and the process ends with 0 within 3 s, when the receiver', () => {
  for (const [what, prepare] of [
    ['never answers', () => void (receiver.manner = 'hang')],
    ['answers 500', () => void (receiver.manner = 500)],
    ['is not there', () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })],
  ] as const) {
    test(what, async (t) => {
      const env = prepare() ?? {};
      t.after(() => (receiver.manner = 'take'));
      // 6,000 of these spans, 12 kB each, do not fit into this process; what the SDK's queue keeps does.
      const queue = { OTEL_BSP_MAX_QUEUE_SIZE: '512', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '128' };
      const web = await start({ NODE_OPTIONS: '--max-old-space-size=64', ...queue, ...env });
      assert.equal(await answeredOf(web, 6_000), 6_000);
      await sleep(200);
      const begun = performance.now();
      assert.deepEqual(await web.stop(), { code: 0, signal: null });
      const took = performance.now() - begun;
      assert.ok(took < 3_000, `${took} ms`);
      const said = web.logs().flatMap(({ msg }) => (msg?.startsWith('traces: ') ? [msg] : []));
      t.diagnostic(`${Math.round(took)} ms, ${said.join(' | ')}`);
      assert.ok(said.length >= 1 && said.length < 8, `${said.length} lines`);
    });
  }
});
