import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, suite, test } from 'node:test';
import { type Operation, type OperationId, operations, pathOf } from '@scale-up/contract';
import { within } from './support/app-process.ts';
import { type Client, clientOf, problemOf, type Reply, send, tally } from './support/client.ts';
import {
  addComment,
  addProduct,
  newName,
  type Person,
  placeOrder,
  publish,
  register,
  registerAdmin,
} from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

/** Who calls, with what, and what the same caller could send under the same key instead. */
type Write = { readonly by: Client; readonly input: object; readonly other?: object };

const writes = (Object.entries(operations) as [OperationId, Operation][]).filter(([, { method }]) => method !== 'GET');

suite('outcomes', () => {
  const site = testSite();
  let person: Person;
  let admin: Person;
  /** One call of each write, made anew each time. */
  let make: Record<string, () => Promise<Write>>;

  before(async () => {
    person = await register(site);
    admin = await registerAdmin(site);
    const anyone = clientOf(site.url);
    const account = () => ({ username: newName(), email: `${newName()}@example.com`, password: 'correct horse' });
    const text = () => ({ title: newName('Title'), description: 'd', body: 'b' });
    const of = (by: Client, input: object, other?: object): Write => ({ by, input, ...(other && { other }) });
    const ofArticle = async (other?: object) => ({ slug: (await publish(person)).slug, ...other });
    make = {
      register: async () => of(anyone, { body: { user: account() } }, { body: { user: account() } }),
      login: async () => {
        const { email, password } = person;
        return of(
          anyone,
          { body: { user: { email, password } } },
          { body: { user: { email, password: 'another one' } } },
        );
      },
      changeUser: async () => of(person, { body: { user: { bio: newName() } } }, { body: { user: { bio: 'other' } } }),
      follow: async () => of(person, { params: { username: admin.username } }),
      unfollow: async () => of(person, { params: { username: admin.username } }),
      createArticle: async () => of(person, { body: { article: text() } }, { body: { article: text() } }),
      changeArticle: async () => {
        const params = await ofArticle();
        return of(person, { params, body: { article: text() } }, { params, body: { article: text() } });
      },
      deleteArticle: async () => of(person, { params: await ofArticle() }),
      favorite: async () => of(person, { params: await ofArticle() }),
      unfavorite: async () => of(person, { params: await ofArticle() }),
      createComment: async () => {
        const params = await ofArticle();
        return of(
          person,
          { params, body: { comment: { body: 'one' } } },
          { params, body: { comment: { body: 'two' } } },
        );
      },
      deleteComment: async () => {
        const { slug } = await publish(person);
        return of(person, { params: { slug, id: (await addComment(person, slug)).id } });
      },
      createProduct: async () => {
        const product = { title: newName(), description: 'd', price: 1, stock: 1 };
        return of(admin, { body: { product } }, { body: { product: { ...product, price: 2 } } });
      },
      changeProduct: async () => {
        const params = { slug: (await addProduct(admin)).slug };
        return of(admin, { params, body: { product: { price: 3 } } }, { params, body: { product: { price: 4 } } });
      },
      changeStock: async () => {
        const params = { slug: (await addProduct(admin)).slug };
        const body = (delta: number) => ({ stock: { delta, reason: 'counted' } });
        return of(admin, { params, body: body(1) }, { params, body: body(2) });
      },
      createOrder: async () => {
        const { slug: product } = await addProduct(admin);
        const body = (quantity: number) => ({ order: { lines: [{ product, quantity }] } });
        return of(person, { body: body(1) }, { body: body(2) });
      },
      cancelOrder: async () => {
        const { slug: product } = await addProduct(admin);
        return of(person, { params: { id: (await placeOrder(person, { product, quantity: 1 })).id } });
      },
    };
  });

  const makeOne = async (id: string): Promise<Write> => {
    const write = await make[id]?.();
    return write ?? assert.fail(`no call of ${id} is known`);
  };
  const shownOf = ({ status, text, headers }: Reply) => ({ status, text, location: headers.get('location') });

  test('every write of the contract is done once for a key: a repetition gets the same bytes and changes nothing', async () => {
    assert.deepEqual(Object.keys(make).toSorted(), writes.map(([id]) => id).toSorted());
    for (const [id, { status }] of writes) {
      const { by, input, other } = await makeOne(id);
      const key = randomUUID();
      const first = await by.attempt(id, { ...input, key });
      assert.equal(first.status, status, `${id}: ${first.text}`);
      assert.equal(first.headers.get('idempotency-replayed'), null, id);
      const content = await contentOf(site);
      const again = await by.attempt(id, { ...input, key });
      assert.deepEqual(shownOf(again), shownOf(first), id);
      assert.equal(again.headers.get('idempotency-replayed'), 'true', id);
      assert.equal(again.headers.get('content-type'), first.headers.get('content-type'), id);
      // In quotes it is the same key.
      assert.deepEqual(shownOf(await by.attempt(id, { ...input, key: `"${key}"` })), shownOf(first), id);
      if (other) {
        const reply = await by.attempt(id, { ...other, key });
        assert.match(reply.text, /"type":"\/problems\/idempotency-key-reused"/, id);
        problemOf(reply, 422);
      }
      assert.equal(await contentOf(site), content, `${id} left something`);
    }
  });

  test('a write that a hop sends twice is done once, and whoever is no hop cannot name one', async () => {
    const body = JSON.stringify({ article: { title: 'Sent twice', description: 'd', body: 'b' } });
    const headers = (key: string) => ({ 'x-attempt-key': key });
    const key = randomUUID();
    const toApp = () =>
      send(site.site.app.url, 'POST', '/articles', { token: person.token, body, headers: headers(key) });
    const [first, second] = [await toApp(), await toApp()];
    assert.deepEqual(shownOf(second), shownOf(first));
    assert.equal(second.headers.get('idempotency-replayed'), 'true');
    const lineOf = ({ headers: answered }: Reply) =>
      site.site.app.logs().find((line) => line['request_id'] === answered.get('x-request-id'));
    await within(5, 'its log line', async () => lineOf(second) !== undefined);
    assert.deepEqual([lineOf(first)?.['replayed'], lineOf(second)?.['replayed']], [undefined, true]);
    // Through web, which overwrites what a client says.
    const toWeb = () => send(site.url, 'POST', '/articles', { token: person.token, body, headers: headers(key) });
    assert.notEqual((await toWeb()).text, (await toWeb()).text);
    // The two kinds of key never meet.
    const asClient = await person.send('POST', '/articles', { body, headers: { 'idempotency-key': key } });
    assert.notEqual(asClient.text, first.text);
  });

  test('a key belongs to its caller, its method and its path', async () => {
    const key = randomUUID();
    const other = await register(site);
    const body = { article: { title: 'Under one key', description: 'd', body: 'b' } };
    const slugs = [person, other].map(async (by) => (await by.call('createArticle', { body, key })).article.slug);
    const [one, two] = await Promise.all(slugs);
    assert.notEqual(one, two);
    const [first, second] = [await publish(person), await publish(person)];
    for (const { slug } of [first, second]) {
      const { article } = await person.call('favorite', { params: { slug }, key });
      assert.equal(article.slug, slug);
      assert.equal((await person.call('unfavorite', { params: { slug }, key })).article.favorited, false);
    }
  });

  test('what was refused is not stored: the same key succeeds once the reason is gone', async () => {
    const { slug: product } = await addProduct(admin, { stock: 0 });
    const key = randomUUID();
    const order = { body: { order: { lines: [{ product, quantity: 1 }] } }, key };
    await person.refused(409, 'createOrder', order);
    await admin.call('changeStock', { params: { slug: product }, body: { stock: { delta: 1, reason: 'came in' } } });
    const placed = await person.attempt('createOrder', order);
    assert.equal(placed.status, 201);
    assert.equal(placed.headers.get('idempotency-replayed'), null);
  });

  test('of fifty who send one key at once all get the same order', async () => {
    const { slug: product } = await addProduct(admin, { stock: 50 });
    const order = { body: { order: { lines: [{ product, quantity: 1 }] } }, key: randomUUID() };
    const replies = await Promise.all(Array.from({ length: 50 }, () => person.attempt('createOrder', order)));
    assert.deepEqual(tally(replies), { 201: 50 });
    assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
    assert.equal(replies.filter(({ headers }) => headers.get('idempotency-replayed') === null).length, 1);
    assert.equal((await person.call('product', { params: { slug: product } })).product.stock, 49);
  });

  test('a new password that got lost on its way back is told under the old token, by its key alone', async () => {
    const someone = await register(site);
    const change = { body: { user: { password: 'another horse' } }, key: randomUUID() };
    const first = await someone.attempt('changeUser', change);
    assert.deepEqual(shownOf(await someone.attempt('changeUser', change)), shownOf(first));
    await someone.refused(401, 'changeUser', { ...change, key: randomUUID() });
  });

  test('a key that is missing where it is needed, or is none, is 400 and leaves no trace', async () => {
    const { slug: product } = await addProduct(admin);
    const body = { order: { lines: [{ product, quantity: 1 }] } };
    const content = await contentOf(site);
    const missing = await person.send('POST', '/orders', { body });
    assert.deepEqual(problemOf(missing, 400), { 'idempotency-key': ['is missing'] });
    for (const key of ['', ' ', '""', '"open', '"a"b', 'x'.repeat(256), 'ümlaut', '"tab\t"']) {
      const reply = await person.send('POST', '/orders', { body, headers: { 'idempotency-key': key } });
      problemOf(reply, 400);
      problemOf(
        await person.send('POST', '/articles', {
          body: { article: { title: 't', description: 'd', body: 'b' } },
          headers: { 'idempotency-key': key },
        }),
        400,
      );
    }
    assert.equal(await contentOf(site), content);
  });

  test('a stored answer can be read by nobody who has the table alone', async () => {
    const { body } = (await makeOne('register')).input as { body: { user: { email: string } } };
    const reply = await clientOf(site.url).attempt('register', { body, key: randomUUID() });
    const { token } = (JSON.parse(reply.text) as { user: { token: string } }).user;
    for (const text of [token, body.user.email]) {
      const sql = `SELECT count(*) FROM outcomes WHERE position('${text}'::bytea IN answer) > 0`;
      assert.equal(await site.count(sql), 0);
    }
  });

  test('every write stores its outcome, also where the client gave it no key', async () => {
    for (const [id] of writes) {
      const { by, input } = await makeOne(id);
      const count = await site.count('SELECT count(*) FROM outcomes');
      // Without a key of the client's, web's counts.
      const { method, idempotencyKey }: Operation = operations[id];
      const headers: Record<string, string> = idempotencyKey ? { 'idempotency-key': randomUUID() } : {};
      const reply = await by.send(method, pathOf(operations[id], input), {
        body: (input as { body?: unknown }).body,
        headers,
      });
      assert.equal(reply.status, operations[id].status, id);
      assert.equal(await site.count('SELECT count(*) FROM outcomes'), count + 1, id);
    }
  });
});
