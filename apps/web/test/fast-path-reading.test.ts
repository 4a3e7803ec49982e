import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '@scale-up/testing';
import { comparable, get, last, write } from './plain-requests.ts';
import { randomFrom } from './random.ts';
import { modified, scriptPath, siteFolder, startEcho, startWeb } from './web.ts';

const picture = Buffer.alloc(40_000, '~');
const movie = Buffer.alloc(2_000_000, '^');

let web: ServiceProcess;
before(async () => {
  const upstream = await startEcho();
  const files = { 'picture.png': picture, 'movie.mp4': movie, 'with"quote.txt': 'quoted' };
  web = await startWeb({ STATIC_DIR: await siteFolder(files), APP_URL: upstream.url });
});

const open = (): Socket => connect(Number(new URL(web.url).port), '127.0.0.1');

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
