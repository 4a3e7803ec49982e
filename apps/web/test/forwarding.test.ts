import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import type { ServiceProcess } from '@scale-up/testing';
import { exchange, siteFolder, startUpstream, startWeb } from './web.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

// Each test says under its own path what the upstream does.
const answers = new Map<string, Answer>();
let web: ServiceProcess;
let trusting: ServiceProcess;

before(async () => {
  const upstream = await startUpstream((asked, response) => {
    const answer = answers.get(asked.url?.split('?')[0] ?? '');
    if (answer) return answer(asked, response);
    response.end(JSON.stringify({ url: asked.url, method: asked.method, headers: asked.rawHeaders }));
  });
  const STATIC_DIR = await siteFolder();
  web = await startWeb({ STATIC_DIR, APP_URL: upstream.url });
  trusting = await startWeb({ STATIC_DIR, APP_URL: upstream.url, TRUSTED_PROXIES: '127.0.0.1' });
});

type Seen = { url: string; method: string; headers: string[] };

/** The values under which a header reached the upstream. */
const valuesOf = ({ headers }: Seen, name: string): string[] =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);

const send = async (service: ServiceProcess, path: string, headers: Record<string, string> = {}, method = 'GET') => {
  const asked = request(service.url + path, { method, headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
};

const seen = async (...parts: Parameters<typeof send>): Promise<Seen> => (await json(await send(...parts))) as Seen;

test('method, path and query arrive as they were sent', async () => {
  for (const path of ['/api', '/api/', '/api?x=1', '/api/articles?tag=a%20b&limit=5', '/api/a%2Fb//c%2e']) {
    assert.equal((await seen(web, path)).url, path);
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    assert.equal((await seen(web, '/api/x', { 'content-length': '0' }, method)).method, method);
  }
  assert.equal((await send(web, '/apiary')).statusCode, 404);
});

test('what an unknown client says about itself is replaced by what web knows', async () => {
  const claims = {
    'X-Request-Id': 'forged-request-id',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    'X-Forwarded-For': '203.0.113.9',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'evil.example',
    Forwarded: 'for=203.0.113.9',
    'X-Attempt-Key': 'forged',
    'Idempotency-Key': '"mine"',
    Authorization: 'Token t',
  };
  const upstream = await seen(web, '/api/x', claims, 'DELETE');
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-proto'), ['http']);
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-host'), [new URL(web.url).host]);
  assert.deepEqual(valuesOf(upstream, 'forwarded'), []);
  assert.deepEqual(valuesOf(upstream, 'idempotency-key'), ['"mine"']);
  assert.deepEqual(valuesOf(upstream, 'authorization'), ['Token t']);
  for (const name of ['x-request-id', 'x-attempt-key']) {
    assert.match(valuesOf(upstream, name).join(), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  }
  assert.match(valuesOf(upstream, 'traceparent').join(), /^00-(?!0af7)[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test('what the previous tier says is kept, and its address is added', async () => {
  const upstream = await seen(
    trusting,
    '/api/x',
    {
      'x-request-id': 'given-request-id',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'halyard.example',
      'x-attempt-key': 'given-attempt',
    },
    'POST',
  );
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-for'), ['203.0.113.9, 127.0.0.1']);
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-proto'), ['https']);
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-host'), ['halyard.example']);
  assert.deepEqual(valuesOf(upstream, 'x-attempt-key'), ['given-attempt']);
  assert.deepEqual(valuesOf(upstream, 'x-request-id'), ['given-request-id']);
  assert.match(
    valuesOf(upstream, 'traceparent').join(),
    /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad)[0-9a-f]{16}-00$/,
  );
  const fresh = await seen(trusting, '/api/x', {}, 'PUT');
  assert.equal(valuesOf(fresh, 'x-attempt-key').length, 1);
});

test('a read carries no attempt key', async () => {
  assert.deepEqual(valuesOf(await seen(web, '/api/x', { 'x-attempt-key': 'forged' }), 'x-attempt-key'), []);
});

test('what belongs to one connection stops at web, in both directions', async () => {
  answers.set('/api/hops', (asked, response) => {
    const fields = [
      ['Connection', 'X-Private'],
      ['X-Private', 'secret'],
      ['Keep-Alive', 'timeout=3'],
      ['Proxy-Authenticate', 'Basic'],
      ['Trailer', 'X-Sum'],
      ['Server', 'upstream/1'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
      ['X-Kept', 'kept'],
    ];
    response.writeHead(200, fields.flat());
    response.end(JSON.stringify({ headers: asked.rawHeaders }));
  });
  const response = await send(web, '/api/hops', {
    Connection: 'X-Private, TE, x-forwarded-for',
    'X-Private': 'secret',
    TE: 'trailers',
    'Keep-Alive': '300',
    'Proxy-Authorization': 'Basic x',
    'X-Kept': 'kept',
  });
  const upstream = (await json(response)) as Seen;
  for (const name of [
    'x-private',
    'te',
    'trailer',
    'keep-alive',
    'proxy-authorization',
    'transfer-encoding',
    'upgrade',
  ]) {
    assert.deepEqual(valuesOf(upstream, name), [], name);
  }
  assert.deepEqual(valuesOf(upstream, 'x-kept'), ['kept']);
  assert.deepEqual(valuesOf(upstream, 'x-forwarded-for'), ['127.0.0.1']);
  for (const name of ['x-private', 'proxy-authenticate', 'trailer', 'server']) {
    assert.equal(response.headers[name], undefined, name);
  }
  assert.deepEqual(response.headers['set-cookie'], ['a=1', 'b=2']);
  assert.equal(response.headers['x-kept'], 'kept');
});

test('answers without a body stay without one, and the connection goes on', async () => {
  for (const status of [204, 304]) answers.set(`/api/${status}`, (_, response) => response.writeHead(status).end());
  answers.set('/api/head', (_, response) => response.writeHead(200, { 'content-length': '1234' }).end());
  const asking = [
    'GET /api/204 HTTP/1.1\r\nHost: trial\r\n\r\n',
    'GET /api/304 HTTP/1.1\r\nHost: trial\r\n\r\n',
    'HEAD /api/head HTTP/1.1\r\nHost: trial\r\n\r\n',
    'GET /api/last HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n',
  ];
  const answer = await exchange(web.url, asking.join(''));
  assert.deepEqual(
    answer.match(/HTTP\/1\.1 \d+/g),
    ['204', '304', '200', '200'].map((code) => `HTTP/1.1 ${code}`),
  );
  assert.doesNotMatch(answer.slice(0, answer.indexOf('304')), /content-length|transfer-encoding/i);
  assert.match(answer, /content-length: 1234\r\n/i);
});

test('an answer gets a policy unless it brings one', async () => {
  answers.set('/api/docs', (_, response) => response.setHeader('content-security-policy', "script-src 'self'").end());
  assert.equal((await send(web, '/api/docs')).headers['content-security-policy'], "script-src 'self'");
  const { headers } = await send(web, '/api/other');
  assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers['x-content-type-options'], 'nosniff');
});

test('100-continue is answered and the body follows', async () => {
  answers.set('/api/echo', (asked, response) => void asked.pipe(response));
  const asked = request(`${web.url}/api/echo`, {
    method: 'POST',
    headers: { expect: '100-continue', 'content-length': 5 },
  });
  asked.flushHeaders();
  await once(asked, 'continue');
  asked.end('hello');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(await text(response), 'hello');
});

test('"still at it" travels on while a request is held', async () => {
  answers.set('/api/held', (_, response) => {
    response.writeProcessing();
    setTimeout(() => response.end('done'), 50);
  });
  const answer = await exchange(web.url, 'GET /api/held HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  const old = await exchange(web.url, 'GET /api/held HTTP/1.0\r\n\r\n');
  assert.match(old, /^HTTP\/1\.1 200 OK\r\n/);
});

test('a client that goes away ends the upstream’s work within 1 s, before and during the answer', async () => {
  for (const begins of [false, true]) {
    const gone = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    answers.set('/api/long', (_, response) => {
      if (begins) response.write('first');
      response.on('close', gone.resolve);
      arrived.resolve();
    });
    const socket = connect(Number(new URL(web.url).port), '127.0.0.1');
    socket.write('GET /api/long HTTP/1.1\r\nHost: trial\r\n\r\n');
    await arrived.promise;
    if (begins) await once(socket, 'data');
    const left = performance.now();
    socket.destroy();
    await gone.promise;
    assert.ok(performance.now() - left < 1_000);
  }
});
