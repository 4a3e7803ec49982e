import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startService } from '@scale-up/testing';
import { startSockets } from './absence.ts';
import { startRelay } from './relay.ts';
import { exchange, siteFolder, startUpstream, startWeb } from './web.ts';
import { startWebHere } from './web-here.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** An upstream whose first connections end in some way once a whole request of so many bytes has arrived on them. */
const startMortal = async (deaths: number, end: 'resetAndDestroy' | 'destroy' | 'end', bodyLength: number) => {
  const requests: Buffer[] = [];
  const upstream = await startSockets((socket, data, connection) => {
    const whole = Buffer.concat([requests[connection - 1] ?? Buffer.alloc(0), data]);
    requests[connection - 1] = whole;
    if (whole.length < whole.indexOf('\r\n\r\n') + 4 + bodyLength) return;
    if (connection <= deaths) socket[end]();
    else socket.write(ok);
  });
  return { ...upstream, requests };
};

for (const end of ['resetAndDestroy', 'destroy', 'end'] as const) {
  test(`a write whose connection ends without an answer (${end}) succeeds within 2 s, the same bytes sent twice`, async () => {
    const body = randomBytes(65_536);
    const { url: upstream, requests } = await startMortal(1, end, body.length);
    const { url, metric, value } = await startWebHere(upstream);
    const begun = performance.now();
    const answer = await fetch(`${url}/api/x`, { method: 'POST', body });
    assert.equal(await answer.text(), 'ok');
    assert.ok(performance.now() - begun < 2_000);
    assert.equal(requests.length, 2);
    assert.ok(
      requests[0]?.equals(requests[1] ?? Buffer.alloc(0)),
      'attempt key, request id, trace and body are the same',
    );
    assert.match(requests[0]?.toString('latin1') ?? '', /x-attempt-key: [0-9a-f-]{36}\r\n/);
    assert.equal(answer.headers.get('server-timing'), null, 'it did not wait');
    assert.equal(await value('web_held_seconds_count'), 0);
    assert.match(await metric('web_retries_total'), /reason="closed".* 1$/m);
  });
}

test('a chunked body that fits is repeated as well, and one that does not is not', async () => {
  for (const [size, status] of [
    [60_000, 200],
    [70_000, 502],
  ] as const) {
    const { url: upstream, requests } = await startMortal(1, 'resetAndDestroy', size);
    const { url } = await startWebHere(upstream);
    const half = 'x'.repeat(size / 2);
    const chunk = `${half.length.toString(16)}\r\n${half}\r\n`;
    const answer = await exchange(
      url,
      `PUT /api/x HTTP/1.1\r\nHost: trial\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`,
    );
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.equal(requests.length, status === 200 ? 2 : 1);
  }
});

test('a body of 1 MiB whose connection ends is not repeated: 502 within 2 s', async () => {
  const { url: upstream, connections } = await startMortal(9, 'resetAndDestroy', 100_000);
  const { url } = await startWebHere(upstream);
  const begun = performance.now();
  const answer = await fetch(`${url}/api/x`, { method: 'POST', body: Buffer.alloc(1_048_576) });
  assert.equal(answer.status, 502);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  assert.ok(performance.now() - begun < 2_000);
  await sleep(300);
  assert.equal(connections(), 1);
});

test('an upstream that goes on dying is 502 at the hold limit: what was sent may have been done', async () => {
  const { url: upstream, connections } = await startMortal(1_000, 'destroy', 0);
  const { url } = await startWebHere(upstream, { hold: 500 });
  const begun = performance.now();
  const answer = await fetch(`${url}/api/x`);
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [502, null]);
  const took = performance.now() - begun;
  assert.ok(took >= 500 && took < 1_500, `${took} ms`);
  assert.ok(connections() >= 4 && connections() <= 12, `${connections()} tries`);
});

test('503, 502 and 504 of the upstream are followed by another try, which succeeds within 2 s', async () => {
  const keys = new Set<unknown>();
  let tries = 0;
  const upstream = await startUpstream((asked, response) => {
    tries += 1;
    keys.add(asked.headers['x-attempt-key']);
    const refusal = [503, 502, 504][tries - 1];
    if (refusal !== undefined) return void response.writeHead(refusal).end('<h1>nobody is there</h1>');
    asked.pipe(response);
  });
  const { url, metric } = await startWebHere(upstream.url);
  const begun = performance.now();
  const answer = await fetch(`${url}/api/x`, { method: 'PATCH', body: 'a write' });
  assert.equal(await answer.text(), 'a write');
  assert.ok(performance.now() - begun < 2_000);
  assert.match(answer.headers.get('server-timing') ?? '', /^held;dur=\d+;desc="app away"$/);
  assert.deepEqual([tries, keys.size], [4, 1]);
  const retries = await metric('web_retries_total');
  assert.match(retries, /reason="unavailable".* 1$/m);
  assert.match(retries, /reason="bad-gateway".* 1$/m);
  assert.match(retries, /reason="gateway-timeout".* 1$/m);
});

test('an upstream that goes on saying 504 is 502 at the hold limit: what it was silent about may have been done', async () => {
  const upstream = await startUpstream((_, response) => void response.writeHead(504).end());
  const { url } = await startWebHere(upstream.url, { hold: 300 });
  const answer = await fetch(`${url}/api/x`, { method: 'POST', body: 'a write' });
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [502, null]);
});

test('an upstream that goes on saying 503 is 503 with Retry-After at the hold limit, as a problem', async () => {
  const upstream = await startUpstream((_, response) => void response.writeHead(503).end('<h1>nobody is there</h1>'));
  const { url } = await startWebHere(upstream.url, { hold: 300 });
  const answer = await fetch(`${url}/api/x`);
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '2']);
  assert.match(await answer.text(), /"type":"\/problems\/unavailable"/);
});

test('503 with x-hold is passed on within 2 s, without x-hold', async () => {
  let tries = 0;
  const upstream = await startUpstream((asked, response) => {
    tries += 1;
    response.writeHead(503, { 'x-hold': asked.url?.slice(5), 'retry-after': '7' }).end('held long enough');
  });
  const { url } = await startWebHere(upstream.url);
  for (const word of ['over', 'full']) {
    const begun = performance.now();
    const answer = await fetch(`${url}/api/${word}`, { method: 'POST', body: 'a write' });
    assert.ok(performance.now() - begun < 2_000);
    assert.deepEqual(
      [answer.status, answer.headers.get('retry-after'), answer.headers.get('x-hold')],
      [503, '7', null],
    );
    assert.equal(await answer.text(), 'held long enough');
  }
  assert.equal(tries, 2);
});

test('a refused answer without an end is not waited for: another one comes within 2 s', async () => {
  let tries = 0;
  const upstream = await startUpstream((_, response) => {
    tries += 1;
    if (tries > 1) return void response.end('ok');
    response.writeHead(503);
    response.write('x'.repeat(100_000));
  });
  const { url } = await startWebHere(upstream.url);
  const begun = performance.now();
  assert.equal(await (await fetch(`${url}/api/x`)).text(), 'ok');
  assert.ok(performance.now() - begun < 2_000);
});

test('100 requests over kept connections, each closed in the moment it is used again: 0 fail, and none waits', async () => {
  const used = new WeakSet<Socket>();
  const upstream = await startSockets((socket) => {
    if (used.has(socket)) return void socket.destroy();
    used.add(socket);
    socket.write(ok);
  });
  const { url, metric, value } = await startWebHere(upstream.url);
  for (let count = 0; count < 100; count += 1) {
    assert.equal((await fetch(`${url}/api/x`, { method: 'POST', body: 'a write' })).status, 200);
  }
  assert.equal(await value('web_held_seconds_count'), 0);
  assert.doesNotMatch(await metric('web_forward_failures_total'), /reason/);
  assert.match(await metric('web_retries_total'), /reason="closed".* 99$/m);
});

test('two instances behind a relay, one killed under 50 parallel writes: 0 of 750 fail, and none takes over 5 s', async () => {
  const entry = fileURLToPath(new URL('instance.ts', import.meta.url));
  const instances = await Promise.all([startService({ entry, env: {} }), startService({ entry, env: {} })]);
  const relay = await startRelay(instances.map(({ url }) => url));
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: relay });
  const failed: unknown[] = [];
  const pids = new Set<number>();
  let answered = 0;
  let longest = 0;
  const worker = async (): Promise<void> => {
    for (let count = 0; count < 15; count += 1) {
      const begun = performance.now();
      const answer = await fetch(`${web.url}/api/x`, { method: 'POST', body: 'a write' });
      const text = await answer.text();
      longest = Math.max(longest, performance.now() - begun);
      if (answer.status !== 200) failed.push(`${answer.status} ${text}`);
      else pids.add((JSON.parse(text) as { pid: number }).pid);
      answered += 1;
      if (answered === 200) instances[0]?.signal('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: 50 }, worker));
  assert.deepEqual(failed, []);
  assert.equal(answered, 750);
  assert.equal(pids.size, 2, 'both had their part');
  assert.ok(longest < 5_000, `${longest} ms`);
  const metrics = await (await fetch(`${web.opsUrl}/metrics`)).text();
  assert.match(metrics, /^web_retries_total\{reason="closed",service="web"\} [1-9]/m);
});
