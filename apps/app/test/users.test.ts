import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf, tally } from './support/client.ts';
import { newName, register } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

const invalid = { credentials: ['invalid'] };

suite('accounts', () => {
  const site = testSite();
  const attempt = (user: object) => clientOf(site.url).refused(422, 'register', { body: { user } });

  test('a fresh account has no bio and no image, and its token works under both names', async () => {
    const body = { user: { username: 'anna', email: 'anna@example.com', password: 'correct horse' } };
    const { user } = await clientOf(site.url).call('register', { body });
    assert.deepEqual(Object.keys(user).toSorted(), ['bio', 'email', 'image', 'token', 'username']);
    assert.deepEqual(
      { ...user, token: '' },
      { username: 'anna', email: 'anna@example.com', token: '', bio: null, image: null },
    );
    for (const scheme of ['Token', 'Bearer', 'token', 'BEARER']) {
      const reply = await clientOf(site.url).send('GET', '/user', {
        headers: { authorization: `${scheme} ${user.token}` },
      });
      assert.equal(reply.status, 200, scheme);
      assert.equal((JSON.parse(reply.text) as { user: { username: string } }).user.username, 'anna');
    }
  });

  test('a username that no address can carry is refused', async () => {
    for (const username of ['.', '..']) {
      const errors = await attempt({ username, email: `${newName()}@example.com`, password: 'correct horse' });
      assert.deepEqual(errors, { username: ['is invalid'] });
      const person = await register(site);
      const change = await person.refused(422, 'changeUser', { body: { user: { username } } });
      assert.deepEqual(change, { username: ['is invalid'] });
    }
  });

  test('a login gives the account, whatever the case of the e-mail address', async () => {
    const person = await register(site);
    for (const email of [person.email, person.email.toUpperCase()]) {
      const { user } = await clientOf(site.url).call('login', { body: { user: { email, password: person.password } } });
      assert.deepEqual(
        { ...user, token: '' },
        { username: person.username, email: person.email, token: '', bio: null, image: null },
      );
      assert.equal((await clientOf(site.url, user.token).call('currentUser', {})).user.email, person.email);
    }
  });

  test('a wrong password and an unknown e-mail address are answered alike', async () => {
    const person = await register(site);
    const tries = [
      { email: person.email, password: 'wrong horse' },
      { email: 'nobody@example.com', password: person.password },
    ];
    const replies = await Promise.all(tries.map((user) => clientOf(site.url).attempt('login', { body: { user } })));
    assert.equal(replies[0]?.text, replies[1]?.text);
    for (const user of tries)
      assert.deepEqual(await clientOf(site.url).refused(401, 'login', { body: { user } }), invalid);
  });

  test('a blank e-mail address or password at login is 422 under its name', async () => {
    for (const blank of ['', '   ', null, undefined]) {
      const refused = (user: object) => clientOf(site.url).refused(422, 'login', { body: { user } });
      assert.deepEqual(await refused({ email: blank, password: 'correct horse' }), { email: ["can't be blank"] });
      assert.deepEqual(await refused({ email: 'a@example.com', password: blank }), { password: ["can't be blank"] });
    }
  });

  test('blank, missing and null fields of a registration are 422 under their names, all at once', async () => {
    const blank = ["can't be blank"];
    for (const nothing of ['', ' \t\n', null, undefined]) {
      const errors = await attempt({ username: nothing, email: nothing, password: nothing });
      assert.deepEqual(errors, { username: blank, email: blank, password: blank });
    }
    for (const body of [undefined, {}, { user: null }, null]) {
      assert.deepEqual(await clientOf(site.url).refused(422, 'register', { body }), { user: blank });
    }
  });

  test('a password has 8 to 256 characters', async () => {
    const user = (password: string) => ({ username: newName(), email: `${newName()}@example.com`, password });
    assert.deepEqual(Object.keys(await attempt(user('1234567'))), ['password']);
    assert.deepEqual(Object.keys(await attempt(user('x'.repeat(257)))), ['password']);
    for (const password of ['12345678', 'x'.repeat(256), '😀'.repeat(8), '😀'.repeat(256)]) {
      const person = await register(site, { password });
      await clientOf(site.url).call('login', { body: { user: { email: person.email, password } } });
    }
  });

  test('what is no e-mail address is 422', async () => {
    for (const email of [
      'anna',
      'anna@',
      '@example.com',
      'an na@example.com',
      'a@b@c',
      `${'a'.repeat(250)}@example.com`,
    ]) {
      const errors = await attempt({ username: newName(), email, password: 'correct horse' });
      assert.deepEqual(Object.keys(errors), ['email'], email);
    }
  });

  test('a name or an e-mail address that is taken is 409 whatever its case, and leaves no trace', async () => {
    const { username, email } = await register(site, { username: 'Bäcker', email: 'Bäcker@example.com' });
    const before = await contentOf(site);
    const refused = (user: object) =>
      clientOf(site.url).refused(409, 'register', { body: { user: { password: 'correct horse', ...user } } });
    const taken = ['has already been taken'];
    for (const change of [(text: string) => text, (text: string) => text.toUpperCase()]) {
      assert.deepEqual(await refused({ username: change(username), email: 'new@example.com' }), { username: taken });
      assert.deepEqual(await refused({ username: newName(), email: change(email) }), { email: taken });
      const both = await refused({ username: change(username), email: change(email) });
      assert.deepEqual(both, { username: taken, email: taken });
    }
    assert.equal(await contentOf(site), before);
  });

  test('of twenty who want the same name at once, one gets it', async () => {
    const username = newName('wanted');
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        clientOf(site.url).attempt('register', {
          body: { user: { username, email: `${username}-${index}@example.com`, password: 'correct horse' } },
        }),
      ),
    );
    assert.deepEqual(tally(replies), { 201: 1, 409: 19 });
    assert.equal(await site.count(`SELECT count(*) FROM users WHERE username = '${username}'`), 1);
  });

  test('neither passwords nor their hashes are in an answer, and hashes are salted', async () => {
    const password = 'the same password';
    const people = [await register(site, { password }), await register(site, { password })];
    const rows = await site.database.script(
      `SELECT password_hash AS hash FROM users WHERE email IN (${people.map(({ email }) => `'${email}'`).join()})`,
    );
    const hashes = rows.map(({ hash }) => String(hash));
    assert.equal(new Set(hashes).size, 2);
    for (const hash of hashes) assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const reply = await people[0]!.attempt('currentUser');
    assert.doesNotMatch(reply.text, /argon2|password|hash|role/i);
  });
});
