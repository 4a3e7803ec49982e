import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnService } from '@scale-up/testing';
import { entry, siteFolder, startUpstream, startWeb, temporaryFolder } from './web.ts';

/** An upstream whose answers begin when the test says so. */
const patientUpstream = async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const upstream = await startUpstream((_, response) => {
    response.write('begun ');
    arrived.resolve();
    void answer.promise.then(() => response.end('and done'));
  });
  return { url: upstream.url, arrived: arrived.promise, answer: answer.resolve };
};

const readiness = async (opsUrl: string): Promise<number> => (await fetch(`${opsUrl}/readyz`)).status;

test('a request in flight is finished, a second SIGTERM changes nothing, and the exit code is 0', async () => {
  const upstream = await patientUpstream();
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url, DRAIN_DELAY_MS: '300' });
  const agent = new Agent({ keepAlive: true });
  const asked = request(`${web.url}/api/slow`, { agent }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  await upstream.arrived;
  assert.equal(await readiness(web.opsUrl), 200);

  web.signal('SIGTERM');
  while ((await readiness(web.opsUrl)) === 200) await sleep(5);
  // Not ready, and yet it accepts: the balancer in front has not noticed.
  const late = await fetch(web.url);
  assert.equal(late.status, 200);
  assert.equal(late.headers.get('connection'), 'close');
  web.signal('SIGTERM');

  await sleep(500);
  await assert.rejects(fetch(web.url), 'accepts no more');
  assert.equal(await readiness(web.opsUrl), 503);
  upstream.answer();
  assert.equal(await text(response), 'begun and done');
  const finished = performance.now();
  assert.deepEqual(await web.exited, { code: 0, signal: null });
  assert.ok(performance.now() - finished < 2_000, 'the kept-alive connection does not hold the process');
  agent.destroy();
  assert.deepEqual(
    web.logs().flatMap(({ msg }) => (/drain/.test(msg ?? '') ? [msg] : [])),
    ['draining', 'already draining', 'drained'],
  );
});

test('requests that follow on an open connection while the process drains are answered, not refused', async () => {
  const upstream = await patientUpstream();
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url });
  const socket = connect(Number(new URL(web.url).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (data: string) => {
    answer += data;
  });
  socket.write('GET /api/slow HTTP/1.1\r\nHost: trial\r\n\r\n');
  await upstream.arrived;
  web.signal('SIGTERM');
  await sleep(200);
  await assert.rejects(fetch(web.url), 'accepts no more');
  socket.write('GET /api/next HTTP/1.1\r\nHost: trial\r\n\r\n');
  await sleep(100);
  upstream.answer();
  await once(socket, 'close');
  assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200', 'HTTP/1.1 200']);
  assert.equal((await web.exited).code, 0);
});

test('a request that outlasts the drain limit is given up, with exit code 1', async () => {
  const upstream = await patientUpstream();
  const web = await startWeb({ STATIC_DIR: await siteFolder(), APP_URL: upstream.url, DRAIN_LIMIT_MS: '200' });
  const asked = request(`${web.url}/api/slow`).end();
  asked.on('error', () => {});
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  const begun = performance.now();
  web.signal('SIGINT');
  assert.equal((await web.exited).code, 1);
  assert.ok(performance.now() - begun < 2_000);
  assert.match(JSON.stringify(web.logs()), /drain limit passed with requests in flight/);
});

test('an idle process with open connections ends within 1 s', async () => {
  const web = await startWeb({ STATIC_DIR: await siteFolder() });
  const agent = new Agent({ keepAlive: true });
  const [response] = (await once(request(web.url, { agent }).end(), 'response')) as [IncomingMessage];
  await text(response);
  const begun = performance.now();
  assert.equal((await web.stop()).code, 0);
  assert.ok(performance.now() - begun < 1_000);
});

const start = async (env: NodeJS.ProcessEnv) => {
  const service = spawnService({ entry, env: { WEB_PORT: '0', WEB_OPS_PORT: '0', ...env } });
  const { code } = await service.exited;
  return { code, logs: service.logs(), stderr: service.stderr() };
};

test('a connection on which nothing was ever sent holds the drain for no more than 2 s', async () => {
  const web = await startWeb({ STATIC_DIR: await siteFolder() });
  const { hostname, port } = new URL(web.url);
  const silent = connect(Number(port), hostname);
  await once(silent, 'connect');
  const begun = performance.now();
  const { code } = await web.stop();
  assert.equal(code, 0);
  assert.ok(performance.now() - begun < 2_000);
  silent.destroy();
});

test('a port that is taken ends the process with a sentence and exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  for (const name of ['WEB_PORT', 'WEB_OPS_PORT']) {
    const { code, logs } = await start({ STATIC_DIR: await siteFolder(), [name]: String(port) });
    assert.equal(code, 1);
    assert.equal(logs.at(-1)?.msg, `cannot listen: 127.0.0.1:${port} is in use by another process`);
  }
  other.close();
});

test('wrong variables end the process with exit code 78, each named', async () => {
  const { code, stderr } = await start({ APP_URL: 'app:8090', WEB_PORT: 'http', TRUSTED_PROXIES: 'everyone' });
  assert.equal(code, 78);
  for (const name of ['APP_URL', 'WEB_PORT', 'TRUSTED_PROXIES'])
    assert.match(stderr, new RegExp(`^ {2}${name} must be`, 'm'));
});

test('a site that is not built ends the process with a sentence that says how to build it', async () => {
  const empty = temporaryFolder();
  for (const folder of [empty, `${empty}/missing`]) {
    const { code, logs } = await start({ STATIC_DIR: folder });
    assert.equal(code, 1);
    assert.equal(logs.length, 1);
    assert.equal(
      logs[0]?.msg,
      `no index.html in ${folder}: build the site with \`npx nx build site\`, or set STATIC_DIR`,
    );
  }
});

test('each request is one log line that names request, trace, status and time', async () => {
  const web = await startWeb({ STATIC_DIR: await siteFolder() });
  const response = await fetch(`${web.url}/?token=kept`);
  await response.text();
  await web.stop();
  const [line, ...others] = web.logs().filter(({ msg }) => msg === 'request');
  assert.equal(others.length, 0);
  assert.deepEqual(
    [line?.['method'], line?.['path'], line?.['status'], line?.['request_id'], line?.['client']],
    ['GET', '/?token=kept', 200, response.headers.get('x-request-id'), '127.0.0.1'],
  );
  assert.match(String(line?.['trace_id']), /^[0-9a-f]{32}$/);
  assert.equal(typeof line?.['duration_ms'], 'number');
});
