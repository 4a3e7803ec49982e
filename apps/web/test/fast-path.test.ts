import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '@scale-up/testing';
import { randomFrom } from './random.ts';
import { modified, page, script, scriptPath, siteFolder, startUpstream, startWeb } from './web.ts';

const picture = Buffer.alloc(40_000, '~');
const movie = Buffer.alloc(2_000_000, '^');

let web: ServiceProcess;
before(async () => {
  const upstream = await startUpstream((asked, response) => {
    let body = '';
    asked.setEncoding('latin1').on('data', (part: string) => (body += part));
    asked.on('end', () => response.end(`${asked.method} ${asked.url} ${asked.headers['content-length']} ${body}`));
  });
  const files = { 'picture.png': picture, 'movie.mp4': movie, 'with"quote.txt': 'quoted' };
  web = await startWeb({ STATIC_DIR: await siteFolder(files), APP_URL: upstream.url });
});

const open = (): Socket => connect(Number(new URL(web.url).port), '127.0.0.1');
const last = 'GET /nothing.txt HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n';

/** What is told from one answer to the next, and what is long. */
const comparable = (answers: string): string =>
  answers
    .replaceAll(/^date: .*$/gim, 'date: now')
    .replaceAll(/^x-request-id: [0-9a-f-]{36}$/gim, 'x-request-id: new')
    .replaceAll(/"instance":"[^"]*"|"request_id":"[^"]*"/g, '""')
    .replaceAll(script, '[script]')
    .replaceAll(/([~^])\1{99,}/g, (run) => `[${run.length} bytes]`);

/** All that a connection gets which sends some bytes in given pieces, and then one more request. */
const answersTo = async (...pieces: string[]): Promise<string> => {
  const socket = open();
  let answers = '';
  // What follows a refused request may find the connection reset.
  socket
    .setNoDelay(true)
    .setEncoding('latin1')
    .on('error', () => {});
  socket.on('data', (data: string) => (answers += data));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    await sleep(5);
  }
  // What is sent to a connection that is being closed resets it, and the reset may overtake an answer.
  if (answers === '') await Promise.race([once(socket, 'data'), closed, sleep(2_000)]);
  for (let length = -1; length < answers.length; await sleep(10)) length = answers.length;
  if (socket.writable) socket.write(last, 'latin1');
  await closed;
  return comparable(answers);
};

const get = (target: string, ...fields: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Host: trial', ...fields].join('\r\n')}\r\n\r\n`;

const fields: string[] = [
  'Accept-Encoding: gzip',
  'accept-encoding: br, gzip;q=0.5',
  'ACCEPT-ENCODING:identity;q=0, *;q=0',
  'Accept-Encoding:',
  'Accept-Encoding: \t gzip \t ',
  'Connection: keep-alive',
  'Connection: Keep-Alive',
  'Connection: close',
  'Connection: upgrade',
  'Connection: keep-alive, te',
  'Connection:',
  'Content-Length: 0',
  'Expect: 100-continue',
  'Upgrade: h2c',
  'Upgrade: websocket',
  'TE: trailers',
  'Trailer: x',
  'Range: bytes=0-9',
  'range: bytes=9-1',
  'If-Range: "x"',
  'If-None-Match: *',
  'if-match: "x"',
  `If-Modified-Since: ${modified}`,
  `If-Unmodified-Since: ${modified}`,
  'Host: other',
  'Host:',
  'X-Request-Id: 12345678-abc',
  'X-Forwarded-For: 1.2.3.4, 5.6.7.8',
  'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  'Cookie: a=b; c="d"',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
  'Accept: text/html,*/*;q=0.8',
  'Sec-Fetch-Mode: navigate',
  'X-Odd: \x01',
  'X-High: \xe9',
  'X-Bare: a\rb',
  'X-Feed: a\nb',
  'X-Empty:',
  'X Space: a',
  'X-Before : a',
  ': nameless',
  'nocolon',
  ' folded',
  'X-Nul: \0',
  'X-Tab:\ta\t',
  'X-Del: \x7f',
  "!#$%&'*+-.^_`|~: token",
  `X-Long: ${'x'.repeat(9_000)}`,
];
const targets = [
  scriptPath,
  `${scriptPath}?v=1`,
  `${scriptPath}?"<>{}|\\^\``,
  `${scriptPath}#part`,
  '/',
  '/?',
  '//',
  '/picture.png',
  '/with"quote.txt',
  '/with%22quote.txt',
  '/nothing.js',
  '/articles/x',
  '/api/x',
  '/api/',
  '/api',
  '/api/x?a=%20&b="c"',
  '/api/%zz',
  `/api/${'x'.repeat(5_000)}`,
  '/apis',
  '/%2e%2e/etc/passwd',
  `${scriptPath}\x7f`,
  `${scriptPath}\xe9`,
  '/assets/',
  '*',
  `http://trial${scriptPath}`,
  `${scriptPath} x`,
];

const isSame = async (request: string): Promise<void> => {
  // What comes in two pieces is read by Node's parser alone.
  const [whole, inPieces] = await Promise.all([answersTo(request), answersTo(request.slice(0, 9), request.slice(9))]);
  assert.equal(whole, inPieces, JSON.stringify(request));
};

test('every kind of target is answered as it is by way of Node’s parser', async () => {
  // What is streamed from the disk; beside `Connection: close`, the end of the connection may overtake it.
  await Promise.all([...targets, '/movie.mp4'].map((target) => isSame(get(target))));
});

test('every kind of field is read, or refused, as Node’s parser does', async () => {
  await Promise.all(fields.map((field) => isSame(get(scriptPath, field))));
});

const seed = 20_261_126;
test(`mixtures of them are answered alike (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
  const requests = Array.from({ length: 600 }, () =>
    get(
      random() < 0.5 ? scriptPath : pick(targets),
      ...Array.from({ length: Math.floor(random() * 4) }, () => pick(fields)),
    ),
  );
  for (let from = 0; from < requests.length; from += 30) await Promise.all(requests.slice(from, from + 30).map(isSame));
});

const write = (method: string, body: string, ...given: string[]): string =>
  get('/api/x', `Content-Length: ${body.length}`, ...given).replace('GET', method) + body;

const odd: Record<string, string> = {
  'a write': write('POST', '{"a":1}', 'Content-Type: application/json'),
  'a write without content': write('PUT', ''),
  'a write that names no length': 'DELETE /api/x HTTP/1.1\r\nHost: trial\r\n\r\n',
  'content that holds blank lines, and a request': write('PATCH', `a\r\n\r\n${get('/api/smuggled')}\r\n\r\n`),
  'content of all bytes': write('POST', Array.from({ length: 256 }, (_, code) => String.fromCodePoint(code)).join('')),
  'much content': write('POST', 'x'.repeat(65_000)),
  'too much content to keep': write('POST', 'x'.repeat(70_000)),
  'a write and more': `${write('POST', 'one')}${write('POST', 'two')}`,
  'a write to a file': write('POST', 'one').replace('/api/x', scriptPath),
  'a length with a zero before it': get('/api/x', 'Content-Length: 03').replace('GET', 'POST') + 'abc',
  'a length with a plus': get('/api/x', 'Content-Length: +3').replace('GET', 'POST') + 'abc',
  'two equal lengths': write('POST', 'abc', 'Content-Length: 3'),
  'two lengths': write('POST', 'abc', 'Content-Length: 2'),
  'a length beside a coding': write('POST', '0\r\n\r\n', 'Transfer-Encoding: chunked'),
  'an expectation': write('POST', 'abc', 'Expect: 100-continue'),
  OPTIONS: get('/api/x').replace('GET', 'OPTIONS'),
  TRACE: get('/api/x').replace('GET', 'TRACE'),
  'another method': `HEAD ${scriptPath} HTTP/1.1\r\nHost: trial\r\n\r\n`,
  'a method in small letters': `get ${scriptPath} HTTP/1.1\r\nHost: trial\r\n\r\n`,
  'HTTP/1.0': `GET ${scriptPath} HTTP/1.0\r\nHost: trial\r\n\r\n`,
  'no host': `GET ${scriptPath} HTTP/1.1\r\n\r\n`,
  'two spaces': `GET  ${scriptPath} HTTP/1.1\r\nHost: trial\r\n\r\n`,
  'bare line feeds': `GET ${scriptPath} HTTP/1.1\nHost: trial\n\n`,
  'two requests at once': get(scriptPath) + get('/'),
  'an empty line before': `\r\n${get(scriptPath)}`,
  content: `${get(scriptPath, 'Content-Length: 3')}abc`,
  'content in chunks': `${get(scriptPath, 'Transfer-Encoding: chunked')}3\r\nabc\r\n0\r\n\r\n`,
};
for (const [what, request] of Object.entries(odd))
  test(`${what}: answered as by way of Node’s parser`, () => isSame(request));

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
