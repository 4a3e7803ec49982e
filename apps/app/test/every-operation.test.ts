import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { type CallInput, type CallOutput, type Operation, type OperationId, operations } from '@scale-up/contract';
import { type DemoSite, demoSite } from '@scale-up/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type Client, clientOf, problemOf, send } from './support/client.ts';

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);

// Also for a site that serves others (SCALE_UP_SITE): what these tests make has names of its own.
suite('every operation', () => {
  let site: DemoSite;
  before(async () => (site = await demoSite()));
  after(() => site.stop());

  const called = new Set<OperationId>();
  /** Calls an operation, and holds the answer against its schema. */
  const call = async <Id extends OperationId>(
    client: Client,
    id: Id,
    input: CallInput<(typeof operations)[Id]> & { readonly key?: string },
  ): Promise<CallOutput<(typeof operations)[Id]>> => {
    const answer = await client.call(id, input);
    const { answer: schema }: Operation = operations[id];
    if (schema) assert.ok(ajv.validate(schema, answer), `${id}: ${ajv.errorsText()}: ${JSON.stringify(answer)}`);
    called.add(id);
    return answer;
  };

  const register = async (): Promise<Client & { readonly username: string; readonly email: string }> => {
    const username = `p${randomUUID().slice(0, 12)}`;
    const email = `${username}@example.com`;
    const { user } = await call(clientOf(site.url), 'register', {
      body: { user: { username, email, password: 'correct horse' } },
    });
    return { ...clientOf(site.url, user.token), username, email };
  };

  test('accounts and profiles', async () => {
    const [reader, writer] = [await register(), await register()];
    const login = { user: { email: reader.email, password: 'correct horse' } };
    assert.equal((await call(clientOf(site.url), 'login', { body: login })).user.username, reader.username);
    const changed = await call(reader, 'changeUser', { body: { user: { bio: 'Reads.' } } });
    assert.equal(changed.user.bio, 'Reads.');
    assert.equal((await call(reader, 'currentUser', {})).user.bio, 'Reads.');
    const params = { username: writer.username };
    assert.equal((await call(reader, 'follow', { params })).profile.following, true);
    assert.equal((await call(reader, 'profile', { params })).profile.following, true);
    assert.equal((await call(reader, 'unfollow', { params })).profile.following, false);
  });

  test('articles, comments and tags', async () => {
    const [reader, writer] = [await register(), await register()];
    const tag = `t${randomUUID().slice(0, 8)}`;
    const article = { title: `About ${tag}`, description: 'It', body: 'All of it.', tagList: [tag] };
    const { slug } = (await call(writer, 'createArticle', { body: { article } })).article;
    const params = { slug };
    assert.equal((await call(reader, 'articles', { query: { tag } })).articlesCount, 1);
    await call(reader, 'follow', { params: { username: writer.username } });
    assert.equal((await call(reader, 'feed', {})).articles[0]?.slug, slug);
    assert.equal((await call(reader, 'favorite', { params })).article.favoritesCount, 1);
    assert.equal((await call(reader, 'unfavorite', { params })).article.favoritesCount, 0);
    const { comment } = await call(reader, 'createComment', { params, body: { comment: { body: 'True.' } } });
    assert.equal((await call(reader, 'comments', { params })).comments[0]?.id, comment.id);
    await call(reader, 'deleteComment', { params: { slug, id: comment.id } });
    assert.ok((await call(writer, 'tags', {})).tags.includes(tag));
    const change = { article: { body: 'More of it.' } };
    assert.equal((await call(writer, 'changeArticle', { params, body: change })).article.body, 'More of it.');
    assert.equal((await call(writer, 'article', { params })).article.body, 'More of it.');
    await call(writer, 'deleteArticle', { params });
    await writer.refused(404, 'article', { params });
  });

  test('products and orders, each order once', async () => {
    const [buyer, shop] = [await register(), clientOf(site.url)];
    const keeper = (
      await call(shop, 'login', { body: { user: { email: site.adminEmail, password: site.adminPassword } } })
    ).user;
    const admin = clientOf(site.url, keeper.token);
    const title = `Thing ${randomUUID()}`;
    const product = { title, description: 'It holds.', price: 500, stock: 3 };
    const { slug } = (await call(admin, 'createProduct', { body: { product } })).product;
    const params = { slug };
    await call(admin, 'changeProduct', { params, body: { product: { price: 600 } } });
    const stock = { delta: 2, reason: 'A delivery' };
    assert.equal((await call(admin, 'changeStock', { params, body: { stock } })).product.stock, 5);
    assert.equal((await call(admin, 'product', { params })).product.price, 600);
    assert.equal((await call(admin, 'products', { query: { q: title } })).products[0]?.slug, slug);
    const key = randomUUID();
    const body = { order: { lines: [{ product: slug, quantity: 4 }] } };
    const { order } = await call(buyer, 'createOrder', { body, key });
    assert.equal(order.total, 2_400);
    const again = await buyer.attempt('createOrder', { body, key });
    assert.equal((JSON.parse(again.text) as { order: { id: string } }).order.id, order.id);
    await buyer.refused(409, 'createOrder', { body });
    assert.equal((await call(buyer, 'orders', {})).ordersCount, 1);
    assert.equal((await call(buyer, 'order', { params: { id: order.id } })).order.id, order.id);
    assert.equal((await call(buyer, 'cancelOrder', { params: { id: order.id } })).order.status, 'cancelled');
    assert.equal((await call(admin, 'product', { params })).product.stock, 5);
  });

  test('the cluster, for an admin', async () => {
    const user = { email: site.adminEmail, password: site.adminPassword };
    const { token } = (await call(clientOf(site.url), 'login', { body: { user } })).user;
    const { cluster } = await call(clientOf(site.url, token), 'cluster', {});
    assert.ok(cluster.servers.length > 0);
    await (await register()).refused(403, 'cluster');
  });

  test('what is refused is a problem, and never a fault of the site', async () => {
    const nobody = clientOf(site.url);
    await nobody.refused(401, 'orders');
    await nobody.refused(404, 'article', { params: { slug: 'there-is-no-such-thing' } });
    await nobody.refused(422, 'register', { body: { user: { username: '', email: 'no', password: 'short' } } });
    const headers = { 'content-type': 'application/json' };
    problemOf(await send(site.url, 'POST', '/users/login', { body: '{', headers }), 400);
    problemOf(await send(site.url, 'GET', '/nothing/here'), 404);
  });

  test('none was left out', () => {
    assert.deepEqual([...called].toSorted(), Object.keys(operations).toSorted());
  });
});
