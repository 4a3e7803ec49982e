import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type ServiceProcess, startService } from '@scale-up/testing';
import type { FastifyRequest } from 'fastify';
import { createCaching } from '../src/caching.ts';
import { EarlyReads } from '../src/early-reads.ts';
import { openCache } from '@scale-up/cache';
import { appEnv, entry, within } from './support/app-process.ts';
import { publish, register } from './support/people.ts';
import { open } from './support/raw.ts';

const get = (target: string, ...fields: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Host: trial', ...fields].join('\r\n')}\r\n\r\n`;

/** The next answer on a connection, whole. */
const answerOn = async (socket: Socket, request: string): Promise<string> => {
  let all = Buffer.alloc(0);
  const add = (chunk: Buffer): void => void (all = Buffer.concat([all, chunk]));
  socket.on('data', add);
  socket.write(request);
  try {
    await within(5, 'an answer', async () => {
      const end = all.indexOf('\r\n\r\n');
      const length = /^content-length: (\d+)/im.exec(all.subarray(0, Math.max(0, end)).toString())?.[1];
      return end > 0 && (request.startsWith('HEAD') || all.length >= end + 4 + Number(length ?? 0));
    });
  } finally {
    socket.off('data', add);
  }
  return all.toString();
};

const idOf = (answer: string): string => /^x-request-id: (\S+)/m.exec(answer)?.[1] ?? '';

const comparable = (answer: string): string =>
  answer
    .replace(/^Date: .*$/m, '')
    .replace(/^x-request-id: .*$/m, 'x-request-id: some')
    .replace(/^age: [01]/m, 'age: now');

suite('cached reads before Fastify', () => {
  let app: ServiceProcess;
  let slug: string;
  let drop: () => Promise<void>;
  before(async () => {
    const database = await createTestDatabase('demo');
    drop = () => database.drop();
    app = await startService({ entry, env: { ...appEnv(database.appUrl), TRUSTED_PROXIES: '127.0.0.1' } });
    const author = await register(app);
    ({ slug } = await publish(author, { title: 'Grüße vom Leuchtturm', body: '🌊 \u2028 „Wellen“ ' }));
  });
  after(async () => {
    await app.stop();
    await drop();
  });

  for (const target of ['/api/articles?limit=20', '/api/tags', '/api/products']) {
    test(`${target}: every answer is the one that Fastify gives, to the byte`, async () => {
      const socket = await open(app.url);
      await answerOn(socket, get(target));
      const ordinary = await answerOn(socket, get(target, 'Content-Length: 0'));
      assert.match(ordinary, /^cache-status: app; hit\r$/m);
      for (let turn = 0; turn < 3; turn += 1) {
        assert.equal(comparable(await answerOn(socket, get(target))), comparable(ordinary));
      }
      socket.destroy();
    });
  }

  test('characters beyond ASCII are whole', async () => {
    const socket = await open(app.url);
    const target = `/api/articles/${encodeURIComponent(slug)}`;
    for (let turn = 0; turn < 4; turn += 1) {
      assert.match(await answerOn(socket, get(target)), /Grüße vom Leuchtturm.*🌊 \u2028 „Wellen“ /);
    }
    socket.destroy();
  });

  test('one connection goes on with everything else: a token, another method, content, an address that is none', async () => {
    const socket = await open(app.url);
    const status = async (request: string): Promise<number> =>
      Number((await answerOn(socket, request)).slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
    for (let turn = 0; turn < 3; turn += 1) {
      assert.equal(await status(get('/api/tags')), 200);
      assert.equal(await status(get('/api/user', 'Authorization: Token none')), 401);
      assert.equal(await status(get('/api/tags').replace('GET', 'HEAD')), 200);
      assert.equal(await status(get('/api/tags', 'Content-Length: 2') + '{}'), 200);
      assert.equal(await status(get('/api/nothing')), 404);
      assert.equal(await status(get('/api/articles?limit=none')), 422);
    }
    // Two hosts: nobody knows what would come next.
    assert.equal(await status(get('/api/tags', 'Host: other')), 400);
    await within(2, 'the end of the connection', async () => socket.resume().closed);
  });

  test('answers are logged and counted as all others, under the id that the hop before gave', async () => {
    const socket = await open(app.url);
    const counted = async (): Promise<number> => {
      const metrics = await (await fetch(`${app.opsUrl}/metrics`)).text();
      const line = /^http_server_request_duration_seconds_count\{.*http_route="\/api\/tags".*code="200".*\} (\d+)$/m;
      return Number(line.exec(metrics)?.[1]);
    };
    await answerOn(socket, get('/api/tags'));
    await answerOn(socket, get('/api/tags'));
    const former = await counted();
    const answer = await answerOn(
      socket,
      get('/api/tags', 'X-Request-Id: balancer-7', 'X-Forwarded-For: 9.9.9.9, 1.2.3.4'),
    );
    assert.equal(idOf(answer), 'balancer-7');
    assert.equal(await counted(), former + 1);
    await sleep(150);
    const line = app.logs().find(({ request_id }) => request_id === 'balancer-7');
    assert.deepEqual(
      [line?.['method'], line?.['path'], line?.['status'], line?.['client'], typeof line?.['duration_ms']],
      ['GET', '/api/tags', 200, '1.2.3.4', 'number'],
    );
    socket.destroy();
  });
});

test('a process that drains says that the connection ends', async () => {
  const database = await createTestDatabase('demo');
  const app = await startService({ entry, env: { ...appEnv(database.appUrl), DRAIN_DELAY_MS: '500' } });
  const socket = await open(app.url);
  for (let turn = 0; turn < 3; turn += 1) {
    assert.match(await answerOn(socket, get('/api/tags')), /^Connection: keep-alive\r$/m);
  }
  app.signal('SIGTERM');
  await sleep(100);
  const other = await open(app.url);
  assert.match(await answerOn(socket, get('/api/tags')), /^connection: close\r$/im);
  assert.match(await answerOn(other, get('/api/articles?limit=none')), /^connection: close\r$/im);
  assert.equal((await app.exited).code, 0);
  await database.drop();
});

test('of more addresses than are remembered the oldest is forgotten, and none that is long is kept', () => {
  const early = new EarlyReads(
    createCaching(
      openCache(undefined, () => {}),
      'test',
    ),
  );
  const asked = (url: string): FastifyRequest =>
    ({ raw: { url, method: 'GET' }, headers: {}, routeOptions: { url: '/api/articles' } }) as unknown as FastifyRequest;
  for (let number = 0; number <= 2_000; number += 1) early.remember(asked(`/api/articles?offset=${number}`), 'key');
  assert.equal(early.sourceOf('/api/articles?offset=0'), undefined);
  assert.equal(early.sourceOf('/api/articles?offset=1')?.route, '/api/articles');
  assert.equal(early.sourceOf('/api/articles?offset=2000')?.route, '/api/articles');
  const long = `/api/articles?offset=${'0'.repeat(300)}`;
  early.remember(asked(long), 'key');
  assert.equal(early.sourceOf(long), undefined);
});
