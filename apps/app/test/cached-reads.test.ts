import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OperationId, operations } from '@scale-up/contract';
import { openDatabase } from '@scale-up/database';
import { createTestDatabase, startService } from '@scale-up/testing';
import { cachedReads, changedBy } from '../src/cached-reads.ts';
import { appEnv, entry, within } from './support/app-process.ts';
import { clientOf, problemOf } from './support/client.ts';
import { addComment, addProduct, placeOrder, publish, register, registerAdmin } from './support/people.ts';
import { Relay } from './support/relay.ts';
import { testSite } from './support/site.ts';

test('every write says what it changes, and nothing but reads is cached', () => {
  const ids = Object.keys(operations) as OperationId[];
  const writes = ids.filter((id) => operations[id].method !== 'GET');
  assert.deepEqual(Object.keys(changedBy).toSorted(), writes.toSorted());
  for (const id of Object.keys(cachedReads) as OperationId[]) assert.equal(operations[id].method, 'GET');
});

suite('cached answers', () => {
  const site = testSite();

  test('a reader who is not logged in is answered from the cache, and sees every write at once', async () => {
    const [author, admin] = [await register(site), await registerAdmin(site)];
    const anyone = clientOf(site.url);
    const { slug } = await publish(author);
    const read = () => anyone.attempt('article', { params: { slug } });
    await read();
    const cached = await read();
    assert.equal(cached.headers.get('cache-status'), 'app; hit');
    assert.match(cached.headers.get('age') ?? '', /^[01]$/);
    // The writer, and everyone else, sees what changed.
    await author.call('changeArticle', { params: { slug }, body: { article: { body: 'Changed.' } } });
    assert.match((await read()).text, /"body":"Changed\."/);
    await author.call('changeUser', { body: { user: { bio: 'A new bio' } } });
    assert.match((await read()).text, /A new bio/);
    assert.match((await anyone.attempt('profile', { params: { username: author.username } })).text, /A new bio/);
    const comments = () => anyone.call('comments', { params: { slug } });
    await comments();
    await addComment(author, slug, 'At once');
    assert.equal((await comments()).comments.at(-1)?.body, 'At once');
    const product = await addProduct(admin, { stock: 3 });
    const stock = async () => (await anyone.call('product', { params: { slug: product.slug } })).product.stock;
    assert.equal(await stock(), 3);
    await placeOrder(author, { product: product.slug, quantity: 2 });
    assert.equal(await stock(), 1);
    await author.call('deleteArticle', { params: { slug } });
    problemOf(await read(), 404);
    problemOf(await anyone.attempt('comments', { params: { slug } }), 404);
  });

  test('when a read takes so long that a stale answer is given instead, what it brings in the end is kept and given to others', async () => {
    await publish(await register(site));
    const read = () => clientOf(site.url).attempt('articles');
    const { text } = await read();
    await sleep(2_100);
    const readers: ReturnType<typeof read>[] = [];
    const limits = { statement: 0, idleInTransaction: 0 };
    const other = openDatabase({ url: site.site.database.ownerUrl, poolSize: 1, applicationName: 'test', limits });
    await other.transaction(async (queries) => {
      await queries.script('LOCK TABLE articles IN ACCESS EXCLUSIVE MODE');
      const stale = await read();
      assert.match(stale.headers.get('cache-status') ?? '', /detail=database-away$/);
      // Some of them come in the moment in which the slow read ends.
      for (let turn = 0; turn < 300; turn += 1) setTimeout(() => readers.push(read()), turn);
      await sleep(150);
    });
    await sleep(300);
    for (const reply of await Promise.all(readers)) assert.equal(reply.status, 200, reply.text);
    await other.close();
    for (let turn = 0; turn < 20; turn += 1) {
      const reply = await read();
      assert.equal(reply.status, 200, reply.text);
      assert.equal(reply.text, text);
    }
  });

  test('who is logged in is never answered from the cache', async () => {
    const author = await register(site);
    const { slug } = await publish(author);
    for (let turn = 0; turn < 3; turn += 1) {
      const reply = await author.attempt('article', { params: { slug } });
      assert.equal(reply.headers.get('cache-status'), null);
      assert.equal(reply.headers.get('age'), null);
    }
  });
});

test('while the database is away, what was read before is answered at once with its age, and what was not waits as everybody does', async () => {
  const database = await createTestDatabase('demo');
  const relay = new Relay(database.appUrl);
  await relay.start();
  const env = { ...appEnv(relay.through(database.appUrl)), HOLD_LIMIT_MS: '1500' };
  const app = await startService({ entry, env });
  const anyone = clientOf(app.url);
  const before = await anyone.attempt('articles');
  // So that it would be read again if it could.
  await sleep(2_100);
  await relay.stop();
  for (let turn = 0; turn < 3; turn += 1) {
    const begun = performance.now();
    const stale = await anyone.attempt('articles');
    assert.equal(stale.text, before.text);
    assert.match(stale.headers.get('cache-status') ?? '', /^app; hit; ttl=-\d+; detail=database-away$/);
    assert.ok(Number(stale.headers.get('age')) >= 2);
    assert.ok(performance.now() - begun < 500, 'it waited');
  }
  const begun = performance.now();
  const refused = await anyone.attempt('tags');
  problemOf(refused, 503);
  assert.equal(refused.headers.get('x-hold'), 'over');
  assert.ok(performance.now() - begun > 1_400, 'it did not wait');
  // Its answer comes late, but it comes.
  const waiting = anyone.attempt('tags');
  await sleep(300);
  await relay.start();
  const held = await waiting;
  assert.equal(held.status, 200);
  const [, duration] = /^held;dur=(\d+);desc="database fail-over"$/.exec(held.headers.get('server-timing') ?? '') ?? [];
  assert.ok(duration, 'it does not say so');
  await within(2, 'a fresh list', async () => (await anyone.attempt('articles')).headers.get('cache-status') === null);
  await app.stop();
  const ofHeld = app.logs().find((line) => line['request_id'] === held.headers.get('x-request-id'));
  assert.equal(ofHeld?.['held_ms'], Number(duration));
  await relay.stop();
  await database.drop();
});

test('while the primary is away, what no cache has comes from a standby, with its age; who is logged in, and who writes, waits', async () => {
  const database = await createTestDatabase('demo');
  const relay = new Relay(database.appUrl);
  await relay.start();
  // The same database by another way: all that is seen here is where app asks.
  const env = {
    ...appEnv(relay.through(database.appUrl)),
    DATABASE_REPLICAS_URL: database.appUrl,
    HOLD_LIMIT_MS: '1500',
  };
  const app = await startService({ entry, env });
  const anyone = clientOf(app.url);
  const user = { username: 'anna', email: 'anna@example.com', password: 'correct horse' };
  const { token } = (await anyone.call('register', { body: { user } })).user;
  await relay.stop();
  problemOf(await clientOf(app.url, token).attempt('orders'), 503);
  const begun = performance.now();
  const reply = await anyone.attempt('tags');
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers.get('cache-status'), 'app; fwd=miss; detail=database-away');
  // The one who is logged in has waited for 1.5 s before.
  assert.ok(Number(reply.headers.get('age')) >= 1);
  assert.ok(performance.now() - begun < 500, 'it waited');
  problemOf(await anyone.attempt('article', { params: { slug: 'there-is-none' } }), 404);
  // A standby that is away as well: everybody waits for the primary.
  await app.stop();
  await relay.start();
  const alone = await startService({ entry, env: { ...env, DATABASE_REPLICAS_URL: relay.through(database.appUrl) } });
  await relay.stop();
  const started = performance.now();
  problemOf(await clientOf(alone.url).attempt('tags'), 503);
  assert.ok(performance.now() - started > 1_400, 'it did not wait');
  await alone.stop();
  await database.drop();
});

test('without Valkey another instance shows a write within 2 s', async () => {
  const database = await createTestDatabase('migrated');
  const [one, other] = [
    await startService({ entry, env: appEnv(database.appUrl) }),
    await startService({ entry, env: appEnv(database.appUrl) }),
  ];
  const user = { username: 'anna', email: 'anna@example.com', password: 'correct horse' };
  const { user: anna } = await clientOf(one.url).call('register', { body: { user } });
  const count = async () => (await clientOf(other.url).call('articles', {})).articlesCount;
  assert.equal(await count(), 0);
  await publish(clientOf(one.url, anna.token));
  await within(2.5, 'the new article', async () => (await count()) === 1);
  await one.stop();
  await other.stop();
  await database.drop();
});
