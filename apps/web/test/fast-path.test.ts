import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '@scale-up/testing';
import { comparable, get, last, write } from './plain-requests.ts';
import { page, script, scriptPath, siteFolder, startEcho, startUpstream, startWeb } from './web.ts';

const picture = Buffer.alloc(40_000, '~');

let web: ServiceProcess;
before(async () => {
  const upstream = await startEcho();
  const files = { 'picture.png': picture };
  web = await startWeb({ STATIC_DIR: await siteFolder(files), APP_URL: upstream.url });
});

const open = (): Socket => connect(Number(new URL(web.url).port), '127.0.0.1');

test('one connection asks for files, for the API and for files again, and each answer is whole and in its order', async () => {
  const socket = open();
  const all = text(socket);
  for (const request of [get(scriptPath), get('/picture.png'), get('/api/one'), get(scriptPath), get('/'), last]) {
    socket.write(request, 'latin1');
    await sleep(20);
  }
  const bodies = (await all).split(/HTTP\/1\.1 \d+ [\w ]+\r\n(?:.+\r\n)+\r\n/).slice(1);
  assert.deepEqual(bodies.slice(0, 5), [script, picture.toString(), 'GET /api/one undefined ', script, page]);
});

test('a client that asks and does not read is not read either', async () => {
  const socket = open();
  await once(socket, 'connect');
  socket.pause();
  const request = get('/picture.png', `X-Long: ${'x'.repeat(8_000)}`);
  let isFull = false;
  for (let count = 0; count < 20_000 && !isFull; count += 1) {
    isFull = !socket.write(request) && socket.writableLength > 1_000_000;
    if (count % 50 === 0) await sleep(1);
  }
  assert.ok(isFull, 'its requests are not taken any more');
  assert.equal((await fetch(web.url)).status, 200);
  socket.destroy();
});

test('a client that leaves, or resets, in the middle hurts nobody', async () => {
  for (let count = 0; count < 50; count += 1) {
    const socket = open();
    socket.on('error', () => {});
    socket.write(get('/picture.png'), () => (count % 2 === 0 ? socket.resetAndDestroy() : socket.destroy()));
  }
  const half = open();
  half.end(get(scriptPath));
  assert.match(await text(half), /^HTTP\/1\.1 200 OK\r\n/, 'who has said everything still gets the answer');
  assert.equal((await fetch(web.url)).status, 200);
});

test('answers are logged and counted as all others', async () => {
  const logged = web.logs().length;
  const socket = open();
  socket.end(get(`${scriptPath}?counted="yes"`));
  const id = /^x-request-id: (\S+)/m.exec(await text(socket))?.[1];
  await sleep(150);
  const line = web
    .logs()
    .slice(logged)
    .find(({ request_id }) => request_id === id);
  assert.deepEqual(
    [line?.['method'], line?.['path'], line?.['status'], line?.['client'], typeof line?.['duration_ms']],
    ['GET', `${scriptPath}?counted="yes"`, 200, '127.0.0.1', 'number'],
  );
  const metrics = await (await fetch(`${web.opsUrl}/metrics`)).text();
  assert.match(
    metrics,
    /http_server_request_duration_seconds_count\{.*http_route="\/\*".*http_response_status_code="200".*\} [1-9]/,
  );
});

test('a trusted balancer names the request and the client; nobody else does', async () => {
  const behind = await startWeb({ STATIC_DIR: await siteFolder(), TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' });
  const ask = async (from: ServiceProcess): Promise<[string, unknown]> => {
    const socket = connect(Number(new URL(from.url).port), '127.0.0.1');
    socket.end(get(scriptPath, 'X-Request-Id: balancer-1', 'X-Forwarded-For: 9.9.9.9, 1.2.3.4, 10.1.1.1'));
    const id = /^x-request-id: (\S+)/m.exec(await text(socket))?.[1] ?? '';
    await sleep(150);
    return [id, from.logs().find(({ request_id }) => request_id === id)?.['client']];
  };
  assert.deepEqual(await ask(behind), ['balancer-1', '1.2.3.4']);
  const [id, client] = await ask(web);
  assert.notEqual(id, 'balancer-1');
  assert.equal(client, '127.0.0.1');
});

test('a draining process says that the connection ends, and ends those that are idle', async () => {
  const draining = await startWeb({ STATIC_DIR: await siteFolder(), DRAIN_DELAY_MS: '400' });
  const port = Number(new URL(draining.url).port);
  const [used, idle] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  for (const socket of [used, idle]) {
    socket.write(get(scriptPath));
    const [first] = (await once(socket, 'data')) as [Buffer];
    assert.match(first.toString(), /Connection: keep-alive/);
  }
  draining.signal('SIGTERM');
  await sleep(100);
  used.write(get(scriptPath));
  assert.match(await text(used), /connection: close/i);
  const begun = performance.now();
  idle.resume();
  await once(idle, 'close');
  assert.equal((await draining.exited).code, 0);
  assert.ok(performance.now() - begun < 1_500);
});

test('an answer without a length comes in chunks, one with a length as it is, and both keep the connection', async () => {
  const upstream = await startUpstream((asked, response) => {
    if (asked.url === '/api/pieces') {
      response.write('one ');
      response.write('x'.repeat(70_000));
      return void setTimeout(() => response.end(' two'), 20);
    }
    if (asked.url === '/api/nothing') return void response.writeHead(204).end();
    if (asked.url === '/api/same') return void response.writeHead(304, { etag: '"x"' }).end();
    if (asked.url === '/api/empty') return void response.end();
    response.end('whole');
  });
  const own = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Set<unknown>();
  const ask = async (path: string): Promise<[number | undefined, string | undefined, number]> => {
    const [response] = (await once(httpGet(`${own.url}${path}`, { agent }), 'response')) as [IncomingMessage];
    sockets.add(response.socket);
    return [response.statusCode, response.headers['content-length'], (await text(response)).length];
  };
  assert.deepEqual(await ask('/api/pieces'), [200, undefined, 70_008]);
  assert.deepEqual(await ask('/api/nothing'), [204, undefined, 0]);
  assert.deepEqual(await ask('/api/same'), [304, undefined, 0]);
  assert.deepEqual(await ask('/api/empty'), [200, '0', 0]);
  assert.deepEqual(await ask('/api/whole'), [200, '5', 5]);
  assert.equal(sockets.size, 1);
  agent.destroy();
});

test('an answer that breaks off resets the client, and is no whole one', async () => {
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    setTimeout(() => response.destroy(), 20);
  });
  const own = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
  await assert.rejects(fetch(`${own.url}/api/x`).then((answer) => answer.text()));
  const metrics = await (await fetch(`${own.opsUrl}/metrics`)).text();
  assert.match(metrics, /web_forward_failures_total\{.*reason="cut".*\} 1/);
});

test('requests that come while one is under way are answered after it, in their order', async () => {
  const upstream = await startUpstream((asked, response) => {
    setTimeout(() => response.end(asked.url), asked.url === '/api/slow' ? 100 : 0);
  });
  const own = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
  const all = text(socket);
  for (const piece of [
    get('/api/slow'),
    get(scriptPath),
    get('/api/one'),
    'GET /api/t',
    'wo HTTP/1.1\r\nHost: trial\r\n\r\n',
    last,
  ]) {
    socket.write(piece);
    await sleep(10);
  }
  const answers = comparable(await all);
  const places = ['/api/slow', '[script]', '/api/one', '/api/two', 'not-found'].map((part) => answers.indexOf(part));
  assert.ok(
    places.every((place, index) => place > (places[index - 1] ?? 0)),
    answers,
  );
});

test('content that comes later is waited for; what is slow is for Node’s limits', async () => {
  const socket = open();
  const all = text(socket);
  const [head, body] = write('POST', 'abcdef').split(/(?<=\r\n\r\n)/);
  socket.write(head ?? '');
  for (const letter of body ?? '') {
    await sleep(5);
    socket.write(letter);
  }
  await sleep(20);
  socket.write(head ?? '');
  await sleep(2_200);
  socket.write(body ?? '');
  await sleep(20);
  socket.write(last);
  assert.equal((await all).match(/POST \/api\/x 6 abcdef/g)?.length, 2);
});

test('a write whose first try fails is sent again with the same key, id and content', async () => {
  const requests: string[] = [];
  const upstream = await startUpstream((asked, response) => {
    let body = '';
    asked.setEncoding('latin1').on('data', (part: string) => (body += part));
    asked.on('end', () => {
      requests.push(`${asked.headers['x-attempt-key']} ${asked.headers['x-request-id']} ${body}`);
      if (requests.length === 1) asked.socket.resetAndDestroy();
      else response.end('ok');
    });
  });
  const own = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
  socket.write(write('POST', 'order'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  socket.destroy();
  assert.equal(requests.length, 2);
  assert.equal(requests[0], requests[1]);
  assert.match(requests[0] ?? '', /^[0-9a-f-]{36} [0-9a-f-]{36} order$/);
});

test('a request whose first try fails goes on in the ordinary way, under the same id, and is counted once', async () => {
  const ids: unknown[] = [];
  const upstream = await startUpstream((asked, response) => {
    ids.push(asked.headers['x-request-id']);
    if (ids.length === 1) asked.socket.resetAndDestroy();
    else response.end('ok');
  });
  const own = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
  const answer = await fetch(`${own.url}/api/x`);
  assert.equal(await answer.text(), 'ok');
  assert.deepEqual(ids, Array(2).fill(answer.headers.get('x-request-id')));
  const metrics = await (await fetch(`${own.opsUrl}/metrics`)).text();
  assert.match(metrics, /http_server_request_duration_seconds_count\{.*http_route="\/api\/\*".*\} 1$/m);
  assert.match(metrics, /web_retries_total\{.*reason="closed".*\} 1$/m);
});
