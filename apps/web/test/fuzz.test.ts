import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, test } from 'node:test';
import type { ServiceProcess } from '@scale-up/testing';
import { randomFrom } from './random.ts';
import { siteFolder, startUpstream, startWeb } from './web.ts';

const requests = 10_000;
const connections = 32;
const seed = 20_261_123;

const pieces = String.raw`
  GET HEAD POST PUT DELETE OPTIONS CONNECT TRACE get / /api /api/x /assets/ /index.html /%2e%2e/ /%00 /%zz * http://x/ //x HTTP/1.1 HTTP/1.0 HTTP/9.9
  Host: Content-Length: Transfer-Encoding: Connection: Expect: Upgrade: Range: If-Range: If-None-Match: Accept-Encoding: Accept: X-Request-Id: traceparent:
  chunked close keep-alive 100-continue websocket h2c bytes=0-1 bytes=-1 bytes=9-0 "x" W/"x" gzip;q=0 *;q=0 identity;q=0 text/html 0 5 -1 99999999999 ,`
  .trim()
  .split(/\s+/);

const separators = ['\r\n', '\r\n\r\n', '\n', '\r', ' ', ' ', '\t', '', ':', '\0', 'é', '\xff'];

let web: ServiceProcess;
before(async () => {
  const upstream = await startUpstream((asked, response) => void asked.resume().on('end', () => response.end('ok')));
  web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
});

test(`${requests} requests made of pieces (seed ${seed}) get no 5xx and leave the process alive`, async () => {
  const random = randomFrom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
  const sensible = () =>
    `${pick(['GET', 'HEAD', 'POST'])} ${pick(['/', '/api/x', '/assets/x'])} HTTP/1.1\r\nHost: x\r\n`;
  const make = (): string => {
    let bytes = random() < 0.7 ? sensible() : '';
    const length = 1 + Math.floor(random() * 12);
    for (let count = 0; count < length; count += 1) bytes += pick(pieces) + pick(separators);
    return `${bytes}\r\n\r\n`;
  };
  const bad: string[] = [];
  const ask = (bytes: string): Promise<void> =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect(Number(new URL(web.url).port), '127.0.0.1');
      // An answer, a close, or a request that waits for more: all are fine.
      const timer = setTimeout(() => socket.destroy(), 20);
      socket.setEncoding('latin1').on('data', (text: string) => {
        answer += text;
        if (/^HTTP\/1\.1 5\d\d/m.test(answer)) bad.push(bytes);
        socket.destroy();
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.write(bytes, 'latin1');
    });
  let left = requests;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      // oxlint-disable-next-line no-await-in-loop -- each worker has one connection at a time
      await ask(make());
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  assert.deepEqual(bad, []);
  assert.equal((await fetch(web.url)).status, 200);
  const faults = web.logs().filter(({ level }) => level === 'error' || level === 'fatal');
  assert.deepEqual(faults, []);
});
