import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceProcess } from '@scale-up/testing';
import { siteFolder, startUpstream, startWeb } from './web.ts';

const megabyte = randomBytes(1_048_576);
const megabytes = 150;
/** Far below what is sent, far above what the garbage collector leaves lying about. */
const mayGrowBy = 100 * 1_048_576;

const swallowing = Promise.withResolvers<void>();
const swallowed = Promise.withResolvers<void>();

let web: ServiceProcess;

before(async () => {
  const upstream = await startUpstream((asked, response) => {
    // Begins slowly, so that all of it would pile up in a web that does not wait.
    if (asked.url === '/api/echo') return void sleep(300).then(() => asked.pipe(response));
    if (asked.url === '/api/early') return void response.writeHead(413, { 'content-length': '7' }).end('too big');
    swallowing.resolve();
    asked.resume().on('error', () => {});
    response.on('close', swallowed.resolve);
  });
  web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
});

const residentMemory = async (): Promise<number> => {
  const metrics = await (await fetch(`${web.opsUrl}/metrics`)).text();
  return Number(/^process_memory_usage_bytes\{.*\} (\S+)$/m.exec(metrics)?.[1]);
};

test('150 MB stream through in both directions with 100 MB of memory at most, and arrive unchanged', async () => {
  const atFirst = await residentMemory();
  const asked = request(`${web.url}/api/echo`, { method: 'POST' });
  const [sent, received] = [createHash('sha256'), createHash('sha256')];
  const sending = (async () => {
    for (let count = 0; count < megabytes; count += 1) {
      sent.update(megabyte);
      if (!asked.write(megabyte)) await once(asked, 'drain');
    }
    asked.end();
  })();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  // A slow reader at first, as well.
  await sleep(300);
  let highest = 0;
  let length = 0;
  for await (const chunk of response) {
    received.update(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length % 50 === 0) highest = Math.max(highest, await residentMemory());
  }
  await sending;
  highest = Math.max(highest, await residentMemory());
  assert.equal(length, megabytes * megabyte.length);
  assert.equal(received.digest('hex'), sent.digest('hex'));
  assert.ok(highest - atFirst < mayGrowBy, `grew by ${Math.round((highest - atFirst) / 1_048_576)} MB`);
});

test('an upstream that answers before it has read the body is heard', async () => {
  const asked = request(`${web.url}/api/early`, { method: 'POST' });
  asked.on('error', () => {});
  asked.write(megabyte);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 413);
  assert.equal(await text(response), 'too big');
  asked.destroy();
});

test('a client that leaves while it is sending ends the upstream’s work within 1 s, and is not counted as a fault', async () => {
  const asked = request(`${web.url}/api/swallow`, { method: 'POST', headers: { 'content-length': 10_000_000 } });
  asked.on('error', () => {});
  asked.write(megabyte);
  await swallowing.promise;
  const left = performance.now();
  asked.destroy();
  await swallowed.promise;
  assert.ok(performance.now() - left < 1_000);
  const metrics = await (await fetch(`${web.opsUrl}/metrics`)).text();
  assert.match(metrics, /web_forward_failures_total\{reason="client-left"/);
  assert.doesNotMatch(metrics, /reason="bad-gateway"/);
});
