import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf, tally } from './support/client.ts';
import { newName, register } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('a change of the account', () => {
  const site = testSite();

  test('what is left out stays, and the rest is changed', async () => {
    const person = await register(site);
    const first = await person.call('changeUser', { body: { user: { bio: 'Ties knots.', image: '/anna.png' } } });
    assert.deepEqual([first.user.bio, first.user.image], ['Ties knots.', '/anna.png']);
    const username = newName('renamed');
    const { user } = await person.call('changeUser', { body: { user: { username } } });
    assert.deepEqual(
      { ...user, token: '' },
      { username, email: person.email, bio: 'Ties knots.', image: '/anna.png', token: '' },
    );
    const { user: same } = await person.call('changeUser', { body: { user: {} } });
    assert.deepEqual({ ...same, token: '' }, { ...user, token: '' });
    assert.deepEqual((await clientOf(site.url).call('profile', { params: { username } })).profile.bio, 'Ties knots.');
  });

  test('"" and null both clear bio and image, each by itself', async () => {
    const person = await register(site);
    for (const nothing of ['', null]) {
      await person.call('changeUser', { body: { user: { bio: 'b', image: 'i' } } });
      const { user } = await person.call('changeUser', { body: { user: { bio: nothing } } });
      assert.deepEqual([user.bio, user.image], [null, 'i']);
      const { user: bare } = await person.call('changeUser', { body: { user: { image: nothing } } });
      assert.deepEqual([bare.bio, bare.image], [null, null]);
      assert.equal(await site.count(`SELECT count(*) FROM users WHERE bio = '' OR image = ''`), 0);
    }
  });

  test('a blank or null e-mail address, username or password is 422 and leaves no trace', async () => {
    const person = await register(site);
    const before = await contentOf(site);
    for (const name of ['email', 'username', 'password']) {
      for (const nothing of ['', '  ', null]) {
        const errors = await person.refused(422, 'changeUser', { body: { user: { [name]: nothing, bio: 'x' } } });
        assert.deepEqual(errors, { [name]: ["can't be blank"] });
      }
    }
    for (const password of ['1234567', 'x'.repeat(257)]) {
      const errors = await person.refused(422, 'changeUser', { body: { user: { password } } });
      assert.deepEqual(Object.keys(errors), ['password']);
    }
    assert.equal(await contentOf(site), before);
  });

  test("another account's name or e-mail address is 409, one's own is fine in any case", async () => {
    const [anna, berta] = [await register(site), await register(site)];
    const taken = ['has already been taken'];
    const refused = (user: object) => anna.refused(409, 'changeUser', { body: { user } });
    assert.deepEqual(await refused({ username: berta.username.toUpperCase() }), { username: taken });
    assert.deepEqual(await refused({ email: berta.email.toUpperCase() }), { email: taken });
    const username = anna.username.toUpperCase();
    const { user } = await anna.call('changeUser', { body: { user: { username, email: anna.email } } });
    assert.equal(user.username, username);
  });

  test('of two who want the same name at once, one gets it and the other 409', async () => {
    const people = await Promise.all([register(site), register(site), register(site), register(site)]);
    const username = newName('wanted');
    const replies = await Promise.all(people.map((one) => one.attempt('changeUser', { body: { user: { username } } })));
    assert.deepEqual(tally(replies), { 200: 1, 409: 3 });
  });

  test('a new password ends all tokens given before, and only then', async () => {
    const person = await register(site);
    const { user: elsewhere } = await clientOf(site.url).call('login', {
      body: { user: { email: person.email, password: person.password } },
    });
    await person.call('changeUser', { body: { user: { bio: 'still here' } } });
    await clientOf(site.url, elsewhere.token).call('currentUser', {});

    const { user } = await person.call('changeUser', { body: { user: { password: 'another horse' } } });
    for (const token of [person.token, elsewhere.token]) {
      assert.deepEqual(await clientOf(site.url, token).refused(401, 'currentUser'), { token: ['is invalid'] });
    }
    await clientOf(site.url, user.token).call('currentUser', {});
    const login = (password: string) =>
      clientOf(site.url).attempt('login', { body: { user: { email: person.email, password } } });
    assert.equal((await login(person.password)).status, 401);
    assert.equal((await login('another horse')).status, 200);
  });

  test('of several changes of the password at once with one token, one wins and ends the token for the others', async () => {
    const person = await register(site);
    const passwords = Array.from({ length: 6 }, (_, index) => `another horse ${index}`);
    const replies = await Promise.all(
      passwords.map((password) => person.attempt('changeUser', { body: { user: { password } } })),
    );
    assert.deepEqual(tally(replies), { 200: 1, 401: 5 });
    const winner = passwords[replies.findIndex(({ status }) => status === 200)] ?? '';
    await clientOf(site.url).call('login', { body: { user: { email: person.email, password: winner } } });
  });
});
