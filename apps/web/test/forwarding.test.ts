import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import type { ServiceProcess } from '@scale-up/testing';
import { answers, seen, send, startTellingUpstream } from './upstream.ts';
import { exchange, siteFolder, startWeb } from './web.ts';

let web: ServiceProcess;

before(async () => {
  web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: (await startTellingUpstream()).url });
});

test('method, path and query arrive as they were sent', async () => {
  for (const path of ['/api', '/api/', '/api?x=1', '/api/articles?tag=a%20b&limit=5', '/api/a%2Fb//c%2e']) {
    assert.equal((await seen(web, path)).url, path);
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    assert.equal((await seen(web, '/api/x', { 'content-length': '0' }, method)).method, method);
  }
  assert.equal((await send(web, '/apiary')).statusCode, 404);
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

test('"still at it" is for web alone and does not travel on', async () => {
  answers.set('/api/held', (_, response) => {
    response.writeProcessing();
    setTimeout(() => response.end('done'), 50);
  });
  const answer = await exchange(web.url, 'GET /api/held HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
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
