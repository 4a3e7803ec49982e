import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@scale-up/database';
import { createTestDatabase, startService } from '@scale-up/testing';
import { appEnv, entry, within } from './support/app-process.ts';
import { clientOf, problemOf } from './support/client.ts';
import { publish, register } from './support/people.ts';
import { Relay } from './support/relay.ts';
import { testSite } from './support/site.ts';

const limits = { statement: 0, idleInTransaction: 0 };

suite('connections that the database ends', () => {
  const site = testSite();
  const terminate = async (condition: string): Promise<number> => {
    const database = openDatabase({ url: site.site.database.adminUrl, poolSize: 1, applicationName: 'test', limits });
    try {
      const rows = await database.script(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'app' AND ${condition}`,
      );
      return rows.length;
    } finally {
      await database.close();
    }
  };

  test('when idle connections are ended, the process goes on and every request is answered', async () => {
    const { app } = site.site;
    // Not from the cache.
    const reader = await register(site);
    const readAll = () => Promise.all(Array.from({ length: 10 }, () => reader.call('articles', {})));
    await readAll();
    assert.ok((await terminate('true')) > 1);
    await readAll();
    assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 200);
  });

  test('when a connection is ended in the middle of a transaction, the write is done again and succeeds', async () => {
    const { app } = site.site;
    const author = await register(site);
    const { slug, body } = await publish(author);
    const other = openDatabase({ url: site.site.database.ownerUrl, poolSize: 1, applicationName: 'test', limits });
    const change = { params: { slug }, body: { article: { body: 'Changed.' } } };
    const answer = await other.transaction(async (queries) => {
      await queries.script(`SELECT FROM articles WHERE slug = '${slug}' FOR UPDATE`);
      const answering = author.attempt('changeArticle', change);
      await within(5, 'the end of the one that waits', async () => (await terminate(`wait_event_type = 'Lock'`)) === 1);
      return { answering };
    });
    const reply = await answer.answering;
    await other.close();
    assert.equal(reply.status, 200);
    assert.notEqual(body, 'Changed.');
    const { article } = await author.call('article', { params: { slug } });
    assert.equal(article.body, 'Changed.');
    assert.equal((await author.call('changeArticle', change)).article.body, 'Changed.');
    assert.ok(
      app.logs().every((line) => line['pid'] === app.pid),
      'the same process all the time',
    );
  });
});

test('while the database is away longer than requests are held, reads and writes are 503 with Retry-After, readiness stays, and both go on after it', async () => {
  const database = await createTestDatabase('demo');
  const relay = new Relay(database.appUrl);
  await relay.start();
  const app = await startService({ entry, env: { ...appEnv(relay.through(database.appUrl)), HOLD_LIMIT_MS: '300' } });
  const client = clientOf(app.url);
  const user = { username: 'anna', email: 'anna@example.com', password: 'correct horse' };
  const { user: anna } = await client.call('register', { body: { user } });
  const author = clientOf(app.url, anna.token);
  const { articlesCount } = await client.call('articles', {});
  assert.ok(articlesCount > 0);

  await relay.stop();
  const article = { title: 'In the dark', description: 'd', body: 'b' };
  const replies = [
    await author.attempt('articles'),
    await client.attempt('product', { params: { slug: 'x' } }),
    await author.attempt('createArticle', { body: { article } }),
    // Even bad input: whether its token counts is the database's to say.
    await author.attempt('createArticle', { body: {} }),
    await client.attempt('login', { body: { user } }),
  ];
  for (const reply of replies) {
    problemOf(reply, 503);
    assert.match(reply.headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(reply.headers.get('x-hold'), 'over');
  }
  assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 200);
  const { dependencies } = (await (await fetch(`${app.opsUrl}/readyz?verbose`)).json()) as {
    dependencies: Record<string, { state: string }>;
  };
  assert.equal(dependencies['database']?.state, 'down');
  // What needs no database is answered as always.
  problemOf(await client.attempt('currentUser'), 401);
  problemOf(await client.send('GET', '/articles?limit=0'), 422);

  await relay.start();
  await within(2, 'an answer', async () => (await author.attempt('articles')).status === 200);
  assert.equal((await author.call('articles', {})).articlesCount, articlesCount, 'what was refused left no trace');
  await author.call('createArticle', { body: { article } });
  assert.equal((await app.stop()).code, 0);
  await relay.stop();
  await database.drop();
});

test('when the router says that a majority of the database is gone, whoever waits is refused after 5 s and who comes is at once; with a majority they wait again', async () => {
  const database = await createTestDatabase('migrated');
  const relay = new Relay(database.appUrl);
  await relay.start();
  let quorum = 503;
  const router = createServer((_, response) => response.writeHead(quorum).end());
  router.listen(0, '127.0.0.1');
  await once(router, 'listening');
  const app = await startService({
    entry,
    env: {
      ...appEnv(relay.through(database.appUrl)),
      DATABASE_QUORUM_URL: `http://127.0.0.1:${(router.address() as AddressInfo).port}/quorum`,
    },
  });
  const client = clientOf(app.url);
  const user = { username: 'anna', email: 'anna@example.com', password: 'correct horse' };
  const { token } = (await client.call('register', { body: { user } })).user;
  const anna = clientOf(app.url, token);
  const timed = async () => {
    const begun = performance.now();
    const reply = await anna.attempt('orders');
    return { reply, seconds: (performance.now() - begun) / 1_000 };
  };
  await relay.stop();
  const first = await timed();
  problemOf(first.reply, 503);
  assert.ok(first.seconds > 5 && first.seconds < 8, `it waited ${first.seconds} s`);
  const second = await timed();
  problemOf(second.reply, 503);
  assert.ok(second.reply.headers.get('retry-after') !== null);
  assert.ok(second.seconds < 0.5, `it waited ${second.seconds} s`);
  quorum = 200;
  // It asks twice a second.
  await sleep(1_500);
  const third = timed();
  await sleep(1_000);
  await relay.start();
  assert.equal((await third).reply.status, 200);
  await app.stop();
  await relay.stop();
  router.close();
  await database.drop();
});

test('while the router on its server is switched off, reads and writes are refused at once for another server to do them, and the process says it is cut off', async () => {
  const database = await createTestDatabase('migrated');
  const relay = new Relay(database.appUrl);
  await relay.start();
  const url = relay.through(database.appUrl);
  const app = await startService({ entry, env: { ...appEnv(url), OWN_ROUTER: new URL(url).host } });
  const user = { username: 'anna', email: 'anna@example.com', password: 'correct horse' };
  const anna = clientOf(app.url, (await clientOf(app.url).call('register', { body: { user } })).user.token);
  const article = { title: 'Elsewhere', description: 'd', body: 'b' };
  assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 200);

  await relay.stop();
  const begun = performance.now();
  const replies = await Promise.all([anna.attempt('orders'), anna.attempt('createArticle', { body: { article } })]);
  const seconds = (performance.now() - begun) / 1_000;
  for (const reply of replies) {
    problemOf(reply, 503);
    // With it, the hop before would not ask anybody else.
    assert.equal(reply.headers.get('x-hold'), null);
  }
  assert.ok(seconds < 1, `they waited ${seconds} s`);
  assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 500);

  await relay.start();
  await within(2, 'an answer', async () => (await anna.attempt('orders')).status === 200);
  assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 200);
  assert.equal((await anna.call('articles', {})).articlesCount, 0, 'what was refused left no trace');
  assert.equal((await app.stop()).code, 0);
  await relay.stop();
  await database.drop();
});
