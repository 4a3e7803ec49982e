import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf, tally } from './support/client.ts';
import { addComment, isTimestamp, newName, publish, register, registerMany } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('comments', () => {
  const site = testSite();

  test('a comment has every field of the contract and shows to everyone', async () => {
    const [author, reader] = [await register(site), await register(site)];
    const { slug } = await publish(author);
    const body = ' *Emphatic*\n\nand <b>bold</b> ';
    const comment = await addComment(reader, slug, body);
    assert.deepEqual(Object.keys(comment).toSorted(), ['author', 'body', 'createdAt', 'id', 'updatedAt']);
    assert.ok(Number.isSafeInteger(comment.id));
    assert.ok(isTimestamp(comment.createdAt) && comment.createdAt === comment.updatedAt);
    assert.equal(comment.body, body);
    assert.deepEqual(comment.author, { username: reader.username, bio: null, image: null, following: false });
    for (const one of [author, clientOf(site.url)]) {
      assert.deepEqual(await one.call('comments', { params: { slug } }), { comments: [comment] });
    }
  });

  test('comments come oldest first, also when many are made at once', async () => {
    const people = await registerMany(site, 5);
    const { slug } = await publish(await register(site));
    assert.deepEqual(await clientOf(site.url).call('comments', { params: { slug } }), { comments: [] });
    const made = await Promise.all(
      Array.from({ length: 30 }, (_, index) => addComment(people[index % 5]!, slug, `Number ${index}`)),
    );
    const { comments } = await clientOf(site.url).call('comments', { params: { slug } });
    assert.deepEqual(
      comments,
      made.toSorted((a, b) => a.id - b.id),
    );
  });

  test('a blank, missing or too long comment is 422 and leaves no trace', async () => {
    const person = await register(site);
    const { slug } = await publish(person);
    const content = await contentOf(site);
    for (const body of ['', ' \n ', null, undefined, 'x'.repeat(20_001), 7]) {
      const errors = await person.refused(422, 'createComment', { params: { slug }, body: { comment: { body } } });
      assert.deepEqual(Object.keys(errors), ['body']);
    }
    assert.equal(await contentOf(site), content);
  });

  test('its author deletes a comment, nobody else does, and it stays deleted', async () => {
    const [author, commenter] = [await register(site), await register(site)];
    const { slug } = await publish(author);
    const { id } = await addComment(commenter, slug);
    const kept = await addComment(commenter, slug);
    const params = { slug, id };
    const forbidden = { comment: ['forbidden'] };
    assert.deepEqual(await author.refused(403, 'deleteComment', { params }), forbidden);
    await commenter.call('deleteComment', { params });
    assert.deepEqual((await author.call('comments', { params: { slug } })).comments, [kept]);
    for (const one of [author, commenter]) {
      assert.deepEqual(await one.refused(404, 'deleteComment', { params }), { comment: ['not found'] });
    }
  });

  test('a comment of another article is 404, even for its author, and so is an id that is none', async () => {
    const person = await register(site);
    const [one, other] = [await publish(person), await publish(person)];
    const { id } = await addComment(person, one.slug);
    const content = await contentOf(site);
    const missing = { comment: ['not found'] };
    assert.deepEqual(await person.refused(404, 'deleteComment', { params: { slug: other.slug, id } }), missing);
    for (const wrong of [
      '0',
      '-1',
      'x',
      '1.5',
      `0x${id.toString(16)}`,
      ` ${id}`,
      `${id}e0`,
      '9007199254740993',
      '9'.repeat(400),
    ]) {
      await person.refused(404, 'deleteComment', { params: { slug: one.slug, id: wrong } });
    }
    assert.equal(await contentOf(site), content);
  });

  test('a comment deleted ten times at once is deleted once', async () => {
    const person = await register(site);
    const { slug } = await publish(person);
    const { id } = await addComment(person, slug, newName());
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => person.attempt('deleteComment', { params: { slug, id } })),
    );
    assert.deepEqual(tally(replies), { 204: 1, 404: 9 });
  });
});
