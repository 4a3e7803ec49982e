import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAbsence } from './absence.ts';
import { exchange, siteFolder, startWeb } from './web.ts';
import { startWebHere } from './web-here.ts';

const echo = (asked: IncomingMessage, response: ServerResponse): void => void asked.pipe(response);
const write = { method: 'POST', body: 'a write' };

const until = async (what: () => Promise<boolean>, deadline: number): Promise<void> => {
  const begun = performance.now();
  while (!(await what())) {
    assert.ok(performance.now() - begun < deadline, `not within ${deadline} ms`);
    await sleep(5);
  }
};

test('when the upstream comes after 1.5 s, reads and writes that arrived before succeed within 1 s of it, each with one log line', async () => {
  const absence = await startAbsence();
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: absence.url });
  const begun = performance.now();
  const asking = [fetch(`${web.url}/api/x`), fetch(`${web.url}/api/x`, write)];
  await sleep(1_500);
  assert.match(await (await fetch(`${web.opsUrl}/metrics`)).text(), /^web_held_requests\{service="web"\} 2$/m);
  await absence.come((asked, response) => {
    response.setHeader('server-timing', 'db;dur=3');
    echo(asked, response);
  });
  const [read, written] = await Promise.all(asking);
  assert.ok(performance.now() - begun < 2_500);
  assert.deepEqual([read?.status, written?.status], [200, 200]);
  assert.equal(await written?.text(), 'a write');
  const [, own, held] =
    /^(db;dur=3), held;dur=(\d+);desc="app away"$/.exec(read?.headers.get('server-timing') ?? '') ?? [];
  assert.equal(own, 'db;dur=3');
  assert.ok(Number(held) > 1_300 && Number(held) < 2_500, held);

  const metrics = await (await fetch(`${web.opsUrl}/metrics`)).text();
  assert.match(metrics, /^web_held_requests\{service="web"\} 0$/m);
  assert.match(metrics, /^web_held_seconds_count\{service="web"\} 2$/m);
  assert.match(metrics, /^web_retries_total\{reason="unreachable",service="web"\} \d+$/m);
  await web.stop();
  const lines = web.logs().filter(({ msg }) => !/ready|drain|listening/.test(msg ?? ''));
  assert.deepEqual(
    lines.map(({ msg, level, status }) => [msg, level, status]),
    [
      ['request', 'info', 200],
      ['request', 'info', 200],
    ],
  );
  assert.ok(lines.some((line) => line['held_ms'] === Number(held)));
  assert.ok(lines.every((line) => Number(line['failed_tries']) > 3));
});

test('an answer that did not have to wait says nothing of it', async () => {
  const absence = await startAbsence();
  await absence.come(echo);
  const { url, value } = await startWebHere(absence.url);
  assert.equal((await fetch(`${url}/api/x`)).headers.get('server-timing'), null);
  assert.equal(await value('web_held_seconds_count'), 0);
});

test('past the hold limit the answer is 503 with Retry-After, within 0.5 s of it, also for a body that still arrives', async () => {
  const absence = await startAbsence();
  const { url, metric, value } = await startWebHere(absence.url, { hold: 600 });
  for (const body of [undefined, 'a write', Buffer.alloc(1_048_576)]) {
    const begun = performance.now();
    const answer = await fetch(`${url}/api/x`, body === undefined ? {} : { method: 'POST', body });
    const took = performance.now() - begun;
    assert.ok(took >= 600 && took < 1_100, `${took} ms`);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers.get('retry-after'), '2');
    assert.match(answer.headers.get('server-timing') ?? '', /^held;dur=\d{3};desc="app away"$/);
    assert.equal(((await answer.json()) as { type: string }).type, '/problems/unavailable');
  }
  assert.equal(await value('web_held_requests'), 0);
  assert.match(await metric('web_forward_failures_total'), /reason="unavailable".* 3$/m);
});

test('a large body that has not begun to leave waits as well, and arrives whole', async () => {
  const absence = await startAbsence();
  const { url } = await startWebHere(absence.url);
  const body = Buffer.alloc(1_048_576, 'large');
  const asking = fetch(`${url}/api/x`, { method: 'POST', body });
  await sleep(300);
  await absence.come(echo);
  assert.ok(body.equals(Buffer.from(await (await asking).arrayBuffer())));
});

test('one request beyond the places gets 503 within 1 s, and those that wait go on waiting', async () => {
  const absence = await startAbsence();
  const { url, value } = await startWebHere(absence.url, { heldRequests: 3 });
  const waiting = Array.from({ length: 3 }, () => fetch(`${url}/api/x`));
  await until(async () => (await value('web_held_requests')) === 3, 1_000);
  const begun = performance.now();
  const refused = await fetch(`${url}/api/x`);
  assert.ok(performance.now() - begun < 1_000);
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '2']);
  await absence.come(echo);
  for (const { status } of await Promise.all(waiting)) assert.equal(status, 200);
});

test('bodies beyond the memory for them get 503 within 1 s', async () => {
  const absence = await startAbsence();
  const { url, value } = await startWebHere(absence.url, { heldBytes: 100_000 });
  const post = () => fetch(`${url}/api/x`, { method: 'POST', body: Buffer.alloc(60_000) });
  const waiting = post();
  await until(async () => (await value('web_held_requests')) === 1, 1_000);
  const begun = performance.now();
  assert.equal((await post()).status, 503);
  assert.ok(performance.now() - begun < 1_000);
  await absence.come(echo);
  assert.equal((await waiting).status, 200);
});

test('a client that leaves while it waits frees its place within 1 s', async () => {
  const absence = await startAbsence();
  const { url, value, metric } = await startWebHere(absence.url, { heldRequests: 1 });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /api/x HTTP/1.1\r\nHost: trial\r\nContent-Length: 2\r\n\r\nhi');
  await until(async () => (await value('web_held_requests')) === 1, 1_000);
  socket.destroy();
  await until(async () => (await value('web_held_requests')) === 0, 1_000);
  assert.match(await metric('web_forward_failures_total'), /reason="client-left".* 1$/m);
  const asking = fetch(`${url}/api/x`);
  await absence.come(echo);
  assert.equal((await asking).status, 200);
});

test('a try that begins late ends when time is up for one that began at once', async () => {
  const absence = await startAbsence();
  const { url } = await startWebHere(absence.url, { hold: 800, upstreamAnswer: 1_200 });
  const begun = performance.now();
  const asking = fetch(`${url}/api/x`);
  await sleep(500);
  await absence.come((_, response) => {
    // Held by app, in its turn, as its word says.
    const word = setInterval(() => response.writeProcessing(), 100);
    response.on('close', () => clearInterval(word));
  });
  assert.equal((await asking).status, 504);
  const took = performance.now() - begun;
  assert.ok(took >= 1_150 && took < 2_200, `${took} ms`);
});

test('a process that drains finishes what waits when the upstream comes', async () => {
  const absence = await startAbsence();
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: absence.url });
  const asking = fetch(`${web.url}/api/x`, write);
  await sleep(200);
  web.signal('SIGTERM');
  await sleep(300);
  await absence.come(echo);
  assert.equal((await asking).status, 200);
  assert.deepEqual(await web.exited, { code: 0, signal: null });
});

test('a server that drains ends what waits in vain at the hold limit, within 0.5 s', async () => {
  const absence = await startAbsence();
  const { url, close } = await startWebHere(absence.url, { hold: 500 });
  const asking = exchange(url, 'DELETE /api/x HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n');
  await sleep(100);
  const begun = performance.now();
  await close();
  assert.ok(performance.now() - begun < 1_000);
  assert.match(await asking, /^HTTP\/1\.1 503 /);
});

test('a process whose drain limit passes while requests wait ends within 1 s of it, with exit code 1', async () => {
  const absence = await startAbsence();
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: absence.url, DRAIN_LIMIT_MS: '300' });
  const socket = connect(Number(new URL(web.url).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /api/x HTTP/1.1\r\nHost: trial\r\n\r\n');
  await sleep(200);
  const begun = performance.now();
  const closed = once(socket, 'close');
  web.signal('SIGTERM');
  assert.equal((await web.exited).code, 1);
  assert.ok(performance.now() - begun < 1_300);
  await closed;
});
