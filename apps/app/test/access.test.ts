import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { type Operation, operations, pathOf } from '@scale-up/contract';
import { base64url, SignJWT } from 'jose';
import { testCluster } from '@scale-up/testing';
import { type Client, clientOf, problemOf, send } from './support/client.ts';
import { addComment, nowhere, type Person, publish, register } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

const all: readonly Operation[] = Object.values(operations);
const guarded = all.filter(({ access }) => access === 'user' || access === 'admin');
const optional = all.filter(({ access }) => access === 'optional');

const sign = (claims: Record<string, unknown>, secret = testCluster().secrets.token, expires = '1h') =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('scale-up')
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret));

suite('access', () => {
  const site = testSite();
  let person: Person;
  let revoked: Client;
  let slug: string;
  let params: { slug: string; id: number; username: string };
  /** Tokens that are none, by what is wrong with them. */
  let bad: Record<string, string>;

  before(async () => {
    person = await register(site);
    const { token } = await register(site);
    revoked = clientOf(site.url, token);
    await revoked.call('changeUser', { body: { user: { password: 'another horse' } } });
    slug = (await publish(person, { tagList: ['one'] })).slug;
    params = { slug, id: (await addComment(person, slug)).id, username: person.username };
    const [head, payload, signature] = person.token.split('.') as [string, string, string];
    const none = base64url.encode('{"alg":"none"}');
    bad = {
      garbage: 'garbage',
      'cut off': person.token.slice(0, -5),
      'of nobody': await sign({ sub: '999999', version: 0 }),
      'of a huge id': await sign({ sub: '99999999999999999999', version: 0 }),
      'of no id': await sign({ version: 0 }),
      'of another version': await sign({ sub: '1', version: 41 }),
      'with a version that is no whole number': await sign({ sub: '1', version: 0.5 }),
      'with a version beyond the column': await sign({ sub: '1', version: 2 ** 40 }),
      expired: await sign({ sub: '1', version: 0 }, undefined, '-1s'),
      'of another secret': await sign({ sub: '1', version: 0 }, 'x'.repeat(64)),
      unsigned: `${none}.${payload}.`,
      'with another payload': `${head}.${base64url.encode('{"sub":"2","version":0,"iss":"scale-up"}')}.${signature}`,
      revoked: token,
    };
  });

  test('a missing or blank token is 401 "is missing" on every route that needs one, before all else', async () => {
    for (const operation of guarded) {
      for (const authorization of [undefined, '', 'Token', 'Token ', 'Bearer  ']) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        for (const body of operation.method === 'GET' ? [undefined] : [undefined, '{"broken', {}]) {
          const reply = await send(
            site.url,
            operation.method,
            pathOf(operation, { params: { slug: nowhere, id: 1, username: nowhere } }),
            { headers, body },
          );
          assert.deepEqual(problemOf(reply, 401), { token: ['is missing'] }, operation.path);
        }
      }
    }
  });

  test('a token that does not count is 401 on every route that needs one', async () => {
    const content = await contentOf(site);
    for (const operation of guarded) {
      for (const [fault, token] of Object.entries(bad)) {
        const reply = await send(site.url, operation.method, pathOf(operation, { params }), { token });
        assert.deepEqual(problemOf(reply, 401), { token: ['is invalid'] }, `${operation.path} ${fault}`);
        assert.equal(reply.headers.get('www-authenticate'), 'Token');
      }
    }
    const { token } = person;
    for (const authorization of [token, `Basic ${token}`, `Token ${token} x`, `Token: ${token}`, `Token "${token}"`]) {
      const reply = await send(site.url, 'GET', '/user', { headers: { authorization } });
      assert.deepEqual(problemOf(reply, 401), { token: ['is invalid'] }, authorization.slice(0, 12));
    }
    assert.equal(await contentOf(site), content);
  });

  test('a revoked token is 401 whatever else is wrong with the request', async () => {
    const nul =
      '{"user":{"bio":"\\u0000"},"article":{"title":"\\u0000","description":"d","body":"b"},"comment":{"body":"\\ud800"}}';
    for (const operation of guarded) {
      const path = pathOf(operation, { params });
      const tries = [
        { body: '{}' },
        { body: '{"broken' },
        { body: nul },
        { body: `"${'x'.repeat(1_100_000)}"` },
        { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      ];
      for (const sending of operation.body ? tries : []) {
        const reply = await revoked.send(operation.method, path, sending);
        assert.equal(reply.status, 401, `${operation.method} ${path} ${sending.body.slice(0, 20)} ${reply.text}`);
      }
      if (operation.query) {
        assert.equal((await revoked.send('GET', `${path}?limit=0`)).status, 401);
        assert.equal((await revoked.send('GET', `${path}?limit=%zz`)).status, 401);
      }
    }
    assert.equal((await revoked.send('DELETE', `/articles/${slug}/comments/x`)).status, 401);
    assert.equal((await revoked.send('DELETE', '/articles/%00')).status, 401);
  });

  test('where a token is optional, one that does not count reads as none', async () => {
    for (const operation of optional) {
      const path = pathOf(operation, { params });
      const anonymous = await send(site.url, 'GET', path);
      assert.equal(anonymous.status, 200, path);
      for (const token of Object.values(bad)) {
        const reply = await send(site.url, 'GET', path, { token });
        assert.deepEqual([reply.status, reply.text], [200, anonymous.text], path);
      }
      const basic = await send(site.url, 'GET', path, { headers: { authorization: 'Basic eDp5' } });
      assert.deepEqual([basic.status, basic.text], [200, anonymous.text]);
    }
  });

  test('422 comes before 404, and 404 before 403', async () => {
    const other = await register(site);
    const elsewhere = { slug: nowhere };
    const tooLong = { slug: 'x'.repeat(1_000) };
    const blank = { article: { title: '' } };
    for (const where of [elsewhere, tooLong, { slug }]) {
      await other.refused(422, 'changeArticle', { params: where, body: blank });
      await other.refused(422, 'createComment', { params: where, body: { comment: {} } });
      await other.refused(422, 'changeStock', { params: where, body: { stock: { delta: 0.5 } } });
    }
    const fine = { article: { title: 'Fine' } };
    await other.refused(404, 'changeArticle', { params: elsewhere, body: fine });
    await other.refused(403, 'changeArticle', { params: { slug }, body: fine });
    await other.refused(404, 'deleteComment', { params: { slug: nowhere, id: params.id } });
    await other.refused(403, 'deleteComment', { params });
  });

  test('422 comes before 409', async () => {
    const user = { username: person.username, email: person.email, password: 'short' };
    assert.deepEqual(Object.keys(await person.refused(422, 'register', { body: { user } })), ['password']);
    const other = await register(site);
    assert.deepEqual(Object.keys(await other.refused(422, 'changeUser', { body: { user } })), ['password']);
  });
});
