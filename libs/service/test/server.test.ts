import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createMetrics, createServer, Health, Problem, remark } from '../src/index.ts';

type Line = Record<string, unknown> & { err?: { stack: string } };

const requestId = '11111111-2222-3333-4444-555555555555';
const traceId = '0af7651916cd43dd8448eb211c80319c';
const claimed = { 'x-request-id': requestId, traceparent: `00-${traceId}-b7ad6b7169203331-01` };

const build = (trustedProxies?: string[]) => {
  const lines: Line[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const health = new Health();
  const metrics = createMetrics('trial', 'r1');
  const server = createServer({ logger, metrics, health, trustedProxies });
  server.get('/whoami', (request) => ({ trace: request.trace, ip: request.ip, trusted: request.isFromTrustedPeer }));
  server.get('/broken', () => {
    throw new Error('SELECT secret FROM users');
  });
  server.post('/refused', () => {
    throw new Problem('out-of-stock', { 'lines.0.quantity': ['only 2 left'] }, { 'retry-after': '1' });
  });
  after(() => server.close());
  return { server, lines, health, metrics };
};

/** What a server sends for some bytes, until it closes. */
const exchange = async (server: FastifyInstance, bytes: string): Promise<string> => {
  const { port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(bytes, 'latin1');
  return text(socket);
};

test('an unknown peer names neither its request nor its trace', async () => {
  const { server } = build();
  const response = await server.inject({ url: '/whoami', headers: { ...claimed, 'x-forwarded-for': '203.0.113.9' } });
  assert.notEqual(response.headers['x-request-id'], requestId);
  const body = response.json<{ trace: { traceId: string }; ip: string; trusted: boolean }>();
  assert.match(body.trace.traceId, /^(?!0af7)[0-9a-f]{32}$/);
  assert.equal(body.ip, '127.0.0.1');
  assert.equal(body.trusted, false);
});

test('the previous tier names the request, the trace and the client', async () => {
  const { server, lines } = build(['127.0.0.0/8']);
  const response = await server.inject({ url: '/whoami', headers: { ...claimed, 'x-forwarded-for': '203.0.113.9' } });
  assert.equal(response.headers['x-request-id'], requestId);
  const body = response.json<{ trace: { traceId: string; spanId: string }; ip: string }>();
  assert.equal(body.trace.traceId, traceId);
  assert.match(body.trace.spanId, /^(?!b7ad6b7169203331)[0-9a-f]{16}$/);
  assert.equal(body.ip, '203.0.113.9');
  const line = lines.find(({ msg }) => msg === 'request');
  assert.deepEqual([line?.['request_id'], line?.['trace_id'], line?.['status']], [requestId, traceId, 200]);
});

test('what is remarked about a request stands in its log line, and in no other’s', async () => {
  const { server, lines } = build();
  server.get('/held', (request) => {
    remark(request, { held_ms: 20 });
    remark(request, { replayed: true });
    return {};
  });
  await server.inject('/held');
  await server.inject('/whoami');
  const [held, other] = lines.filter(({ msg }) => msg === 'request');
  assert.deepEqual([held?.['held_ms'], held?.['replayed'], held?.['status']], [20, true, 200]);
  assert.ok(other && !('held_ms' in other));
});

test('even the previous tier cannot name a request in a form that would hurt a log', async () => {
  const { server } = build(['127.0.0.1']);
  for (const id of ['short', 'a b c d e f g h', 'x'.repeat(129), '"}{"level":"x']) {
    const response = await server.inject({ url: '/whoami', headers: { 'x-request-id': id, traceparent: '00-0-0-0' } });
    assert.match(String(response.headers['x-request-id']), /^[0-9a-f-]{36}$/);
  }
});

test('a fault of ours is a 500 without its text, and a log line with its stack', async () => {
  const { server, lines } = build();
  const response = await server.inject('/broken');
  assert.equal(response.statusCode, 500);
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  assert.doesNotMatch(response.body, /SELECT|secret/);
  assert.match(
    lines.find(({ msg }) => msg === 'request failed')?.err?.stack ?? '',
    /SELECT secret.*\n.*server\.test\.ts/,
  );
});

test('a problem that a handler throws is the answer, with its fields and headers', async () => {
  const { server } = build();
  const response = await server.inject({ method: 'POST', url: '/refused' });
  assert.equal(response.statusCode, 409);
  assert.equal(response.headers['retry-after'], '1');
  assert.deepEqual(response.json<{ errors: unknown }>().errors, { 'lines.0.quantity': ['only 2 left'] });
});

test('addresses that cannot be read, are too long or lead nowhere are 4xx problems with a request id', async () => {
  const { server } = build();
  server.get('/things/:name', () => 'ok');
  for (const [url, status] of [
    ['/%zz', 400],
    ['/%c3%28', 400],
    [`/things/${'x'.repeat(4_801)}`, 414],
    ['/nowhere', 404],
  ] as const) {
    const response = await server.inject(url);
    assert.equal(response.statusCode, status, url);
    assert.match(String(response.headers['content-type']), /problem\+json/);
    assert.ok(response.headers['x-request-id']);
  }
});

test('every answer of a draining process closes its connection', async () => {
  const { server, health } = build();
  assert.notEqual((await server.inject('/whoami')).headers.connection, 'close');
  health.draining();
  assert.equal((await server.inject('/whoami')).headers.connection, 'close');
});

test('requests are counted by pattern, so that the number of series is bounded', async () => {
  const { server, metrics } = build();
  server.get('/things/:name', () => 'ok');
  for (const name of ['a', 'b']) await server.inject(`/things/${name}`);
  const page = await metrics.metrics();
  assert.match(page, /request_duration_seconds_count\{[^}]*http_route="\/things\/:name"[^}]*\} 2/);
  assert.doesNotMatch(page, /\/things\/a/);
});

test('bytes that are no request get a 400 problem and the end of the connection', async () => {
  const answer = await exchange(build().server, 'nonsense\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(answer, /\r\nconnection: close\r\n/);
  assert.match(answer, /"type":"\/problems\/bad-request"/);
});

test('headers over the limit get 431', async () => {
  const answer = await exchange(build().server, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 431 /);
});

test('a whole request is not told 400 for garbage that follows it: it may have been done', async () => {
  const { server } = build();
  server.post('/slow', () => new Promise(() => {}));
  const answer = await exchange(server, 'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\ngarbage\r\n\r\n');
  assert.equal(answer, '');
});

test('CONNECT gets 405 and an expectation that nobody can meet 417', async () => {
  const connected = await exchange(build().server, 'CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n');
  assert.match(connected, /^HTTP\/1\.1 405 .*\r\n/);
  const expecting = await exchange(build().server, 'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n');
  assert.match(expecting, /^HTTP\/1\.1 417 [^]*expectation-failed/);
});
