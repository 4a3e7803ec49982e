import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSockets } from './absence.ts';
import { startWebHere } from './web-here.ts';
import { exchange } from './web.ts';

const get = 'GET /api/x HTTP/1.1\r\nHost: trial\r\n\r\n';
const last = 'GET /api/x HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n';

/** How an answer's bytes may arrive. */
const ways: Readonly<Record<string, (bytes: string) => string[]>> = {
  'in one piece': (bytes) => [bytes],
  'byte by byte': (bytes) => bytes.split(''),
  'cut at the end of its head': (bytes) => {
    const end = bytes.indexOf('\r\n\r\n') + 4;
    return [bytes.slice(0, end), bytes.slice(end)];
  },
};

const send = async (socket: Socket, pieces: readonly string[]): Promise<void> => {
  for (const piece of pieces) {
    if (piece === '' || socket.destroyed) continue;
    socket.write(piece, 'latin1');
    // Each leaves, and is read, by itself.
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** web before an upstream that answers each request with the bytes that are next, the last ones for ever. */
const start = async (answers: readonly (readonly string[])[], isEnd = false, limits = {}) => {
  let count = 0;
  const seen: number[] = [];
  const sockets: Socket[] = [];
  const upstream = await startSockets((socket, _data, connection) => {
    seen.push(connection);
    sockets.push(socket);
    const pieces = answers[Math.min(count, answers.length - 1)] ?? [];
    count += 1;
    void send(socket, pieces).then(() => isEnd && socket.end());
  });
  const web = await startWebHere(upstream.url, { hold: 200, ...limits });
  return { ...web, sockets, seen };
};

/** Status and content of an answer, its chunks put together. */
const read = (answer: string): { status: number; content: string } => {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const content = rest.join('\r\n\r\n');
  const isChunked = /^transfer-encoding: chunked$/im.test(head);
  return {
    status: Number(head.slice(9, 12)),
    content: isChunked ? content.replaceAll(/[\da-f]+\r\n(.*?)\r\n/gs, '$1').replace(/\r\n$/, '') : content,
  };
};

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

const readable: readonly [what: string, bytes: string, status: number, content: string][] = [
  ['with a length', `${ok}Content-Length: 5\r\n\r\nhello`, 200, 'hello'],
  ['with the same length twice', `${ok}Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello`, 200, 'hello'],
  ['without content', `${ok}Content-Length: 0\r\n\r\n`, 200, ''],
  ['that is 204 and names a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n', 204, ''],
  ['that is 304 and names a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 304, ''],
  ['without a reason', 'HTTP/1.1 404\r\nContent-Length: 2\r\n\r\nno', 404, 'no'],
  [
    'that is held first',
    `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok}Content-Length: 2\r\n\r\nok`,
    200,
    'ok',
  ],
  ['in chunks', `${chunked}5\r\nhello\r\n1;name=value\r\n!\r\n0\r\n\r\n`, 200, 'hello!'],
  ['in chunks with trailers', `${chunked}A\r\n0123456789\r\n00\r\nChecksum: 1\r\nOther: 2\r\n\r\n`, 200, '0123456789'],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello', 200, 'hello'],
];

const unreadable: readonly [what: string, bytes: string][] = [
  ['of another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['of HTTP/2', 'HTTP/2 200\r\n\r\n'],
  ['with two lengths', `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  ['with a list of lengths', `${ok}Content-Length: 5, 5\r\n\r\nhello`],
  ['with a signed length', `${ok}Content-Length: +5\r\n\r\nhello`],
  ['with a length and chunks', `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['in an unknown coding', `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  ['in chunks twice', `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['with a space before a colon', `${ok}Content-Length : 5\r\n\r\nhello`],
  ['with a folded field', `${ok}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`],
  ['with a bare line feed', `${ok}X-A: b\nContent-Length: 0\r\n\r\n`],
  ['with a NUL', `${ok}X-A: b\0\r\nContent-Length: 0\r\n\r\n`],
  ['whose head is too long', `${ok}X-A: ${'a'.repeat(16_384)}\r\nContent-Length: 0\r\n\r\n`],
  ['that changes the protocol', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'],
];

const broken: readonly [what: string, bytes: string][] = [
  ['without a size', `${chunked}5\r\nhello\r\nx\r\n`],
  ['with a negative size', `${chunked}-1\r\nhello\r\n`],
  ['longer than it says', `${chunked}5\r\nhello!\r\n0\r\n\r\n`],
  ['with bare line feeds', `${chunked}5\nhello\r\n0\r\n\r\n`],
];

for (const [how, cut] of Object.entries(ways)) {
  suite(`an answer that comes ${how}`, () => {
    for (const [what, bytes, status, content] of readable) {
      test(`${what} is passed on`, async () => {
        const { url } = await start([cut(bytes)]);
        assert.deepEqual(read(await exchange(url, last)), { status, content });
      });
    }
    test('until the connection ends is passed on', async () => {
      const { url } = await start([cut(`${ok}X-A: b\r\n\r\nhello`)], true);
      assert.deepEqual(read(await exchange(url, last)), { status: 200, content: 'hello' });
    });
    test('to HEAD has no content, whatever its length', async () => {
      const { url, seen } = await start([cut(`${ok}Content-Length: 5\r\n\r\n`)]);
      for (let turn = 0; turn < 2; turn += 1) {
        const answer = await exchange(url, last.replace('GET', 'HEAD'));
        assert.match(answer, /^HTTP\/1\.1 200 .*content-length: 5\r\n.*\r\n\r\n$/is);
      }
      assert.deepEqual(seen, [1, 1], 'its connection is used again');
    });
    for (const [what, bytes] of unreadable) {
      test(`${what} is refused with 502, and its connection not used again`, async () => {
        const { url, seen } = await start([cut(bytes), [`${ok}Content-Length: 2\r\n\r\nok`]]);
        assert.equal(read(await exchange(url, last)).status, 502);
        assert.deepEqual(read(await exchange(url, last)), { status: 200, content: 'ok' });
        assert.deepEqual(seen, [1, 2]);
      });
    }
    for (const [what, bytes] of broken) {
      test(`in chunks ${what} breaks off for the client, and its connection is not used again`, async () => {
        const { url, seen } = await start([cut(bytes), [`${ok}Content-Length: 2\r\n\r\nok`]]);
        const first = await exchange(url, last).catch((error: NodeJS.ErrnoException) => error.code);
        // A reset may overtake what was there to be read; with a status the whole answer would have ended well.
        assert.ok(first === 'ECONNRESET' || first === '' || read(first ?? '').status === 502, first);
        assert.deepEqual(read(await exchange(url, last)), { status: 200, content: 'ok' });
        assert.deepEqual(seen, [1, 2]);
      });
    }
  });
}

const short = `${ok}Content-Length: 2\r\n\r\nok`;

suite('a connection to the upstream', () => {
  test('is used again for the next request, and by one at a time', async () => {
    const { url, seen } = await start([[short]]);
    for (let turn = 0; turn < 3; turn += 1) await exchange(url, last);
    assert.deepEqual(seen, [1, 1, 1]);
    await Promise.all([exchange(url, last), exchange(url, last), exchange(url, last)]);
    assert.ok(new Set(seen).size <= 3);
  });

  test('is not used again where more came than was asked for', async () => {
    const smuggled = `${ok}Content-Length: 4\r\n\r\nevil`;
    const { url, seen } = await start([[short + smuggled], [short]]);
    for (let turn = 0; turn < 3; turn += 1) assert.equal(read(await exchange(url, last)).content, 'ok');
    assert.deepEqual(seen, [1, 2, 2]);
  });

  test('is closed when something comes that nobody asked for', async () => {
    const { url, seen, sockets } = await start([[short]]);
    await exchange(url, last);
    sockets[0]?.write(`${ok}Content-Length: 4\r\n\r\nevil`);
    await sleep(50);
    assert.equal(read(await exchange(url, last)).content, 'ok');
    assert.deepEqual(seen, [1, 2]);
  });

  test('is not used again when the answer says so', async () => {
    const { url, seen } = await start([[`${ok}Connection: X, Close\r\nContent-Length: 2\r\n\r\nok`]]);
    for (let turn = 0; turn < 2; turn += 1) assert.equal(read(await exchange(url, last)).content, 'ok');
    assert.deepEqual(seen, [1, 2]);
  });

  test('is closed when nobody used it for some seconds', async () => {
    const { url, sockets } = await start([[short]]);
    await exchange(url, last);
    await sleep(3_000);
    assert.equal(sockets[0]?.readableEnded, false);
    await sleep(2_500);
    assert.equal(sockets[0]?.readableEnded || sockets[0]?.destroyed, true);
  });

  test('of which half a head came is given up past the limit, with 504', async () => {
    const { url } = await start([['HTTP/1.1 200 OK\r\nContent-']], false, { upstreamAnswer: 300 });
    assert.equal(read(await exchange(url, last)).status, 504);
  });

  test('on which only signs of life come is given up past the limit, with 504', async () => {
    const { url } = await start([Array.from({ length: 5_000 }, () => 'HTTP/1.1 102 Processing\r\n\r\n')], false, {
      upstreamAnswer: 300,
    });
    assert.equal(read(await exchange(url, last)).status, 504);
  });

  test('whose answer does not go on is given up past the limit, and the answer breaks off', async () => {
    const { url } = await start([[`${ok}Content-Length: 5\r\n\r\nhe`]], false, { upstreamAnswer: 300 });
    await assert.rejects(exchange(url, last), { code: 'ECONNRESET' });
  });

  test('is closed when the client leaves before the answer', async () => {
    const { url, sockets } = await start([[]]);
    const controller = new AbortController();
    const asked = fetch(`${url}/api/x`, { signal: controller.signal });
    while (sockets.length === 0) await sleep(10);
    controller.abort();
    await assert.rejects(asked);
    await sleep(50);
    assert.equal(sockets[0]?.destroyed || sockets[0]?.readableEnded, true);
  });

  test('carries answers in the order of the requests of one client', async () => {
    const { url } = await start([[`${ok}Content-Length: 1\r\n\r\n1`], [`${ok}Content-Length: 1\r\n\r\n2`]]);
    const answers = await exchange(url, get + last);
    assert.match(answers, /\r\n\r\n1HTTP\/1\.1 200 .*\r\n\r\n2$/s);
  });

  test('that was closed ends web’s drain: it waits for what is under way, and for nothing else', async () => {
    const { url, close, sockets } = await start([[]]);
    const asked = exchange(url, last);
    while (sockets.length === 0) await sleep(10);
    let isClosed = false;
    const closing = close().then(() => (isClosed = true));
    await sleep(100);
    assert.equal(isClosed, false);
    sockets[0]?.write(short);
    assert.equal(read(await asked).content, 'ok');
    await closing;
    assert.equal(sockets[0]?.destroyed || sockets[0]?.readableEnded, true);
  });
});
