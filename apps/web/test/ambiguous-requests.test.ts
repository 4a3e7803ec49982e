import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import type { ServiceProcess } from '@scale-up/testing';
import { exchange, siteFolder, startUpstream, startWeb } from './web.ts';

let web: ServiceProcess;
let reached: string[] = [];

before(async () => {
  const upstream = await startUpstream((asked, response) => {
    reached.push(`${asked.method} ${asked.url}`);
    asked.resume().on('end', () => response.end('ok'));
  });
  web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
});

const smuggled = 'GET /api/smuggled HTTP/1.1\r\nHost: trial\r\n\r\n';
const chunked = `0\r\n\r\n${smuggled}`;
const post = 'POST /api/x HTTP/1.1\r\nHost: trial\r\n';

const ambiguous: Record<string, string> = {
  'two lengths': `${post}Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  'two equal lengths': `${post}Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi`,
  'a list of lengths': `${post}Content-Length: 0, ${smuggled.length}\r\n\r\n${smuggled}`,
  'a length that is no number': `${post}Content-Length: +2\r\n\r\nhi`,
  'a length in hexadecimal': `${post}Content-Length: 0x2\r\n\r\nhi`,
  'a length below zero': `${post}Content-Length: -1\r\n\r\n`,
  'an empty length': `${post}Content-Length:\r\n\r\n`,
  'a length that overflows': `${post}Content-Length: 99999999999999999999999\r\n\r\n`,
  'a length before a coding': `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  'a length after a coding': `${post}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunked}`,
  'a coding that is unknown': `${post}Transfer-Encoding: cow\r\n\r\n${chunked}`,
  'a coding that is not the last': `${post}Transfer-Encoding: chunked, identity\r\n\r\n${chunked}`,
  'a coding before chunked': `${post}Transfer-Encoding: gzip, chunked\r\n\r\n${chunked}`,
  'chunked twice': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  'two codings': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunked}`,
  'a coding in quotes': `${post}Transfer-Encoding: "chunked"\r\n\r\n${chunked}`,
  'a coding after a vertical tab': `${post}Transfer-Encoding: \x0bchunked\r\n\r\n${chunked}`,
  'a coding in HTTP/1.0': `POST /api/x HTTP/1.0\r\nHost: trial\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
  'space before the colon': `${post}Content-Length : 0\r\n\r\n`,
  'a folded header': `${post}X-Folded: a\r\n b\r\nContent-Length: 0\r\n\r\n`,
  'a folded coding': `${post}Transfer-Encoding:\r\n chunked\r\n\r\n${chunked}`,
  'a header that starts with space': `POST /api/x HTTP/1.1\r\n Host: trial\r\nContent-Length: 0\r\n\r\n`,
  'bare line feeds': 'GET /api/x HTTP/1.1\nHost: trial\n\n',
  'a bare line feed between headers': `${post}X-One: 1\nContent-Length: 0\r\n\r\n`,
  'a bare carriage return in a value': `${post}X-One: 1\rContent-Length: 4\r\n\r\n`,
  'a NUL in a value': `${post}X-One: a\0b\r\nContent-Length: 0\r\n\r\n`,
  'a name that is no token': `${post}X(One): 1\r\nContent-Length: 0\r\n\r\n`,
  'a header without a name': `${post}: value\r\nContent-Length: 0\r\n\r\n`,
  'a header without a colon': `${post}Content-Length\r\n\r\n`,
  'no host': 'GET /api/x HTTP/1.1\r\n\r\n',
  'two hosts': 'GET /api/x HTTP/1.1\r\nHost: trial\r\nHost: other\r\n\r\n',
  'a host that is none': 'GET /api/x HTTP/1.1\r\nHost: tri al/x\r\n\r\n',
  'a chunk size that overflows': `${post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhi\r\n0\r\n\r\n`,
  'a chunk size that is none': `${post}Transfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n`,
  'a chunk ended by a line feed': `${post}Transfer-Encoding: chunked\r\n\r\n2\nhi\n0\n\n`,
  'a chunk longer than its size': `${post}Transfer-Encoding: chunked\r\n\r\n2\r\nhill\r\n0\r\n\r\n`,
  'a whole address as the target': 'GET http://trial/api/x HTTP/1.1\r\nHost: trial\r\n\r\n',
  'an asterisk as the target': 'OPTIONS * HTTP/1.1\r\nHost: trial\r\n\r\n',
  'no slash before the target': 'GET api/x HTTP/1.1\r\nHost: trial\r\n\r\n',
  'a space in the target': 'GET /api/x y HTTP/1.1\r\nHost: trial\r\n\r\n',
  'a protocol of another kind': 'GET /api/x ICE/1.0\r\nHost: trial\r\n\r\n',
  'a version of another kind': 'GET /api/x HTTP/3.7\r\nHost: trial\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a handshake of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'a request for another protocol': `GET /api/x HTTP/1.1\r\nHost: trial\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
};

for (const [what, bytes] of Object.entries(ambiguous)) {
  test(`${what}: 400, and the end of the connection`, async () => {
    reached = [];
    const answer = await exchange(web.url, bytes);
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(answer, /content-type: application\/problem\+json/i);
    assert.match(answer, /connection: close/i);
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, 'one answer');
    assert.ok(!reached.includes('GET /api/smuggled'), 'nothing was smuggled');
  });
}

test('HTTP/2 on offer does not keep a client from HTTP/1.1', async () => {
  const answer = await exchange(
    web.url,
    'GET / HTTP/1.1\r\nHost: trial\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
});

test('CONNECT is refused, and a client that resets afterwards hurts nobody', async () => {
  assert.match(
    await exchange(web.url, 'CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n'),
    /^HTTP\/1\.1 405 /,
  );
  const socket = connect(Number(new URL(web.url).port), '127.0.0.1');
  socket.write('CONNECT elsewhere:443 HTTP/1.1\r\nHost: elsewhere:443\r\n\r\n', () => socket.resetAndDestroy());
  assert.equal((await fetch(`${web.opsUrl}/livez`)).status, 200);
});
