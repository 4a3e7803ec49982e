import assert from 'node:assert/strict';
import { json } from 'node:stream/consumers';
import { before, test } from 'node:test';
import type { ServiceProcess } from '@scale-up/testing';
import { answers, type Seen, seen, send, startTellingUpstream, valuesOf } from './upstream.ts';
import { siteFolder, startWeb } from './web.ts';

let web: ServiceProcess;
let trusting: ServiceProcess;

before(async () => {
  const env = { STATIC_DIR: await siteFolder(), APP_URL: (await startTellingUpstream()).url };
  web = await startWeb(env);
  trusting = await startWeb({ ...env, TRUSTED_PROXIES: '127.0.0.1' });
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
  assert.match(valuesOf(upstream, 'traceparent').join(), /^00-(?!0af7)[0-9a-f]{32}-[0-9a-f]{16}-00$/);
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

test('an answer gets a policy unless it brings one', async () => {
  answers.set('/api/docs', (_, response) => response.setHeader('content-security-policy', "script-src 'self'").end());
  assert.equal((await send(web, '/api/docs')).headers['content-security-policy'], "script-src 'self'");
  const { headers } = await send(web, '/api/other');
  assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers['x-content-type-options'], 'nosniff');
});
