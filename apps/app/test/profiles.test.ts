import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { newName, nowhere, publish, register, registerMany } from './support/people.ts';
import { testSite } from './support/site.ts';

suite('profiles', () => {
  const site = testSite();

  test('everyone may see a profile, whatever the case of its name', async () => {
    const { username } = await register(site);
    for (const name of [username, username.toUpperCase()]) {
      const answer = await clientOf(site.url).call('profile', { params: { username: name } });
      assert.deepEqual(answer, { profile: { username, bio: null, image: null, following: false } });
    }
  });

  test('a name that nobody has is 404, however long it is', async () => {
    const person = await register(site);
    const missing = { profile: ['not found'] };
    for (const username of [nowhere, 'x'.repeat(1_000), '%', '../users', 'ü😀']) {
      assert.deepEqual(await clientOf(site.url).refused(404, 'profile', { params: { username } }), missing);
      assert.deepEqual(await person.refused(404, 'follow', { params: { username } }), missing);
      assert.deepEqual(await person.refused(404, 'unfollow', { params: { username } }), missing);
    }
  });

  test('following and its end change only what the follower sees, and repeating changes nothing', async () => {
    const [anna, berta, clara] = await registerMany(site, 3);
    assert.ok(anna && berta && clara);
    const params = { username: berta.username };
    const seen = async () =>
      Promise.all(
        [anna, clara, clientOf(site.url)].map(async (one) => (await one.call('profile', { params })).profile.following),
      );
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal((await anna.call('follow', { params })).profile.following, true);
      assert.deepEqual(await seen(), [true, false, false]);
    }
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal((await anna.call('unfollow', { params })).profile.following, false);
      assert.deepEqual(await seen(), [false, false, false]);
    }
  });

  test('the author of articles and comments is shown as followed', async () => {
    const [anna, berta] = [await register(site), await register(site)];
    const { slug } = await publish(berta);
    const body = { comment: { body: 'First.' } };
    await berta.call('createComment', { params: { slug }, body });
    await anna.call('follow', { params: { username: berta.username } });
    assert.equal((await anna.call('article', { params: { slug } })).article.author.following, true);
    assert.equal((await berta.call('article', { params: { slug } })).article.author.following, false);
    const { comments } = await anna.call('comments', { params: { slug } });
    assert.deepEqual(
      comments.map(({ author }) => author.following),
      [true],
    );
    const { articles } = await anna.call('articles', { query: { author: berta.username } });
    assert.deepEqual(
      articles.map(({ author }) => author.following),
      [true],
    );
  });

  test('twenty follow one at once, and each once', async () => {
    const followers = await registerMany(site, 20);
    const { username } = await register(site);
    const replies = await Promise.all(
      [...followers, ...followers].map((one) => one.attempt('follow', { params: { username } })),
    );
    assert.ok(replies.every(({ status }) => status === 200));
    const sql = `SELECT count(*) FROM follows f JOIN users u ON u.id = f.followed_id WHERE u.username = '${username}'`;
    assert.equal(await site.count(sql), 20);
  });

  test('a name with every kind of letter round-trips through an address', async () => {
    for (const username of ['Ünï cödé/?#%', '日本語', 'مرحبا', '👩‍👩‍👧', 'e\u0301', 'é']) {
      const name = `${username}${newName('')}`;
      await register(site, { username: name });
      assert.equal((await clientOf(site.url).call('profile', { params: { username: name } })).profile.username, name);
    }
  });
});
