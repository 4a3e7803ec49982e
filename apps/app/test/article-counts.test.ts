import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { type Person, publish, register, registerMany } from './support/people.ts';
import { testSite } from './support/site.ts';

/** Numbers that are kept rather than counted: in all, and of a tag. */
suite('how many articles there are', () => {
  const site = testSite();
  // Who is logged in is answered from no cache.
  const total = async (reader: Person, tag?: string) =>
    (await reader.call('articles', { query: { limit: 1, ...(tag !== undefined && { tag }) } })).articlesCount;
  const kept = (tag: string) =>
    site.count(
      `SELECT coalesce(sum(total), 0) FROM article_counts WHERE tag_id = (SELECT id FROM tags WHERE name = '${tag}')`,
    );

  test('none at first, and none of a tag that nobody has used', async () => {
    assert.equal((await clientOf(site.url).call('articles', {})).articlesCount, 0);
    assert.equal((await clientOf(site.url).call('articles', { query: { tag: 'nothing' } })).articlesCount, 0);
  });

  test('forty written at once by four people under one tag are forty, whoever committed first', async () => {
    const people = await registerMany(site, 4);
    const articles = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        publish(people[index % 4] as Person, { tagList: ['all', `own-${index % 2}`] }),
      ),
    );
    const reader = people[0] as Person;
    assert.deepEqual([await total(reader), await total(reader, 'all'), await total(reader, 'own-1')], [40, 40, 20]);
    // Half of them change their tags and half go, all at once.
    await Promise.all(
      articles.map(({ slug }, index) => {
        const author = people[index % 4] as Person;
        return index % 2 === 0
          ? author.call('deleteArticle', { params: { slug } })
          : author.call('changeArticle', { params: { slug }, body: { article: { tagList: ['all', 'new'] } } });
      }),
    );
    const counts = [
      await total(reader),
      await total(reader, 'all'),
      await total(reader, 'own-1'),
      await total(reader, 'new'),
    ];
    assert.deepEqual(counts, [20, 20, 0, 20]);
  });

  test('what was rolled back does not count, and what goes with its author does', async () => {
    const author = await register(site);
    const before = await total(author);
    await publish(author, { tagList: ['leaving'] });
    assert.deepEqual([await total(author), await kept('leaving')], [before + 1, 1]);
    await assert.rejects(site.database.script('BEGIN; DELETE FROM articles; SELECT 1 / 0'), /division by zero/);
    assert.deepEqual([await total(author), await kept('leaving')], [before + 1, 1]);
    await site.database.script(`DELETE FROM users WHERE username = '${author.username}'`);
    const reader = await register(site);
    assert.deepEqual([await total(reader), await kept('leaving')], [before, 0]);
  });
});
