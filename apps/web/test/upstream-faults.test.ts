import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { exchange } from './web.ts';
import { startWebHere } from './web-here.ts';

/** web in this process, with limits that a test can wait for, before an upstream that is a plain socket. */
const start = async (onRequest: (socket: Socket) => void, upstreamAnswer = 20_000) => {
  const upstream: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => onRequest(socket));
  }).listen(0, '127.0.0.1');
  after(() => void upstream.close());
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  const limits = { upstreamConnect: 200, upstreamAnswer, hold: 200 };
  const { url, metric } = await startWebHere(`http://127.0.0.1:${port}`, limits);
  return { url, upstream, failures: () => metric('web_forward_failures_total') };
};

const get = 'GET /api/x HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n';
const post = `POST /api/x HTTP/1.1\r\nHost: trial\r\nConnection: close\r\nContent-Length: 500000\r\n\r\n${'x'.repeat(500_000)}`;

const isProblem = (answer: string, status: number, code: string): void => {
  assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
  assert.match(answer, /content-type: application\/problem\+json/);
  assert.match(answer, new RegExp(`"type":"/problems/${code}"`));
  assert.match(answer, /content-security-policy: default-src 'none'/);
};

test('an upstream that refuses connections is 503 past the hold limit, also for a request with a body', async () => {
  const { url, upstream, failures } = await start(() => {});
  upstream.close();
  isProblem(await exchange(url, get), 503, 'unavailable');
  isProblem(await exchange(url, post), 503, 'unavailable');
  assert.match(await failures(), /reason="unavailable".* 2/);
});

test('an upstream that hangs up or resets before every answer is 502 past the hold limit', async () => {
  for (const end of ['destroy', 'resetAndDestroy', 'end'] as const) {
    const { url } = await start((socket) => void socket[end]());
    isProblem(await exchange(url, get), 502, 'bad-gateway');
  }
});

test('an upstream that does not speak HTTP is 502 at once', async () => {
  for (const nonsense of [
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
  ]) {
    const { url } = await start((socket) => void socket.end(nonsense));
    isProblem(await exchange(url, get), 502, 'bad-gateway');
  }
});

test('an upstream that says nothing is 504 within 3 s of the limit', async () => {
  const { url, failures } = await start(() => {}, 300);
  const begun = performance.now();
  isProblem(await exchange(url, get), 504, 'gateway-timeout');
  assert.ok(performance.now() - begun < 3_300);
  assert.match(await failures(), /reason="gateway-timeout".* 1/);
});

test('an answer that breaks off is cut off for the client as well', async () => {
  for (const head of ['Content-Length: 100\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\n5\r\n']) {
    for (const version of ['1.1', '1.0']) {
      const { url, failures } = await start((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}hello`);
        setTimeout(() => socket.destroy(), 50);
      });
      // A reset, since without a length the end of the connection would pass for the end of the answer.
      await assert.rejects(exchange(url, `GET /api/x HTTP/${version}\r\nHost: trial\r\nConnection: close\r\n\r\n`), {
        code: 'ECONNRESET',
      });
      assert.match(await failures(), /reason="cut".* 1/);
    }
  }
});
