import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { type Person, publish, register, registerMany } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('favourites', () => {
  const site = testSite();

  const stored = (slug: string) =>
    site.count(`SELECT count(*) FROM favorites f JOIN articles a ON a.id = f.article_id WHERE a.slug = '${slug}'`);
  const shown = async (slug: string) =>
    (await clientOf(site.url).call('article', { params: { slug } })).article.favoritesCount;

  test('a favourite counts once, shows to its owner, and repeating changes nothing', async () => {
    const [author, reader] = [await register(site), await register(site)];
    const { slug, ...article } = await publish(author);
    const params = { slug };
    const { article: favored } = await reader.call('favorite', { params });
    assert.deepEqual(favored, { ...article, slug, favorited: true, favoritesCount: 1 });
    const content = await contentOf(site);
    assert.deepEqual((await reader.call('favorite', { params })).article, favored);
    assert.equal(await contentOf(site), content);
    assert.equal((await author.call('article', { params })).article.favorited, false);
    const { articles } = await reader.call('articles', { query: { favorited: reader.username } });
    assert.deepEqual(
      articles.map(({ favorited, favoritesCount }) => [favorited, favoritesCount]),
      [[true, 1]],
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const { article: plain } = await reader.call('unfavorite', { params });
      assert.deepEqual(plain, { ...article, slug });
    }
    assert.equal(await stored(slug), 0);
  });

  test('when twenty favour and unfavour at once, the count is the number of distinct favouriters', async () => {
    const { slug } = await publish(await register(site));
    const people = await registerMany(site, 20);
    const all = (id: 'favorite' | 'unfavorite', who: readonly Person[]) =>
      who.map(async (one) => assert.equal((await one.attempt(id, { params: { slug } })).status, 200));
    await Promise.all([...all('favorite', people), ...all('favorite', people)]);
    assert.deepEqual([await shown(slug), await stored(slug)], [20, 20]);
    await Promise.all([
      ...all('unfavorite', people.slice(0, 10)),
      ...all('favorite', people),
      ...all('unfavorite', people),
    ]);
    assert.equal(await shown(slug), await stored(slug));
    await Promise.all([...all('unfavorite', people), ...all('unfavorite', people)]);
    assert.deepEqual([await shown(slug), await stored(slug)], [0, 0]);
  });
});
