import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { publish, register } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('tags', () => {
  const site = testSite();
  const tags = async () => (await clientOf(site.url).call('tags', {})).tags;

  test('a new tag shows at once, in alphabetical order, and goes with its last article', async () => {
    const author = await register(site);
    assert.deepEqual(await tags(), []);
    const one = await publish(author, { tagList: ['rope', 'anchor'] });
    assert.deepEqual(await tags(), ['anchor', 'rope']);
    const two = await publish(author, { tagList: ['rope', 'bell'] });
    assert.deepEqual(await tags(), ['anchor', 'bell', 'rope']);
    await author.call('deleteArticle', { params: { slug: one.slug } });
    assert.deepEqual(await tags(), ['bell', 'rope']);
    await author.call('changeArticle', { params: { slug: two.slug }, body: { article: { tagList: [] } } });
    assert.deepEqual(await tags(), []);
  });

  test('there is no cap: three hundred tags all show', async () => {
    const author = await register(site);
    const names = Array.from({ length: 300 }, (_, index) => `tag-${String(index).padStart(3, '0')}`);
    const articles = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((part) => publish(author, { tagList: names.slice(part * 50, part * 50 + 50) })),
    );
    assert.deepEqual(await tags(), names);
    await Promise.all(articles.map(({ slug }) => author.call('deleteArticle', { params: { slug } })));
  });

  test('an article has a tag once, without space around it, in the order of /tags', async () => {
    const author = await register(site);
    // An emoji comes after U+FF01 by code point, and before it by UTF-16 code unit.
    const given = ['b', ' a ', 'b', 'a', 'B', '😀', '！', 'ä', 'two words'];
    const ordered = ['B', 'a', 'b', 'two words', 'ä', '！', '😀'];
    const { slug, tagList } = await publish(author, { tagList: given });
    assert.deepEqual(tagList, ordered);
    assert.deepEqual(await tags(), ordered);
    const { articles } = await author.call('articles', { query: { tag: 'a' } });
    assert.deepEqual(
      articles.map((article) => article.slug),
      [slug],
    );
  });

  test('blank tags, too long ones, too many, and what is no list of text are 422 and leave no trace', async () => {
    const author = await register(site);
    const content = await contentOf(site);
    const refused = (tagList: unknown) =>
      author.refused(422, 'createArticle', { body: { article: { title: 't', description: 'd', body: 'b', tagList } } });
    assert.deepEqual(await refused(['fine', ' ']), { 'tagList.1': ["can't be blank"] });
    assert.deepEqual(await refused(['x'.repeat(65)]), { 'tagList.0': ['is too long (maximum is 64 characters)'] });
    assert.deepEqual(await refused([7]), { 'tagList.0': ['must be of type string'] });
    assert.deepEqual(await refused(null), { tagList: ["can't be blank"] });
    assert.deepEqual(await refused('rope'), { tagList: ['must be of type array'] });
    const tooMany = { tagList: ['has too many entries (maximum is 50)'] };
    assert.deepEqual(await refused(Array.from({ length: 51 }, (_, index) => `tag ${index}`)), tooMany);
    assert.deepEqual(await refused(Array.from({ length: 400_000 }, () => 7)), tooMany, 'not a message for each');
    assert.equal(await contentOf(site), content);
  });

  test('writers who bring the same new tags in other orders all succeed', async () => {
    const author = await register(site);
    const names = Array.from({ length: 20 }, (_, index) => `shared ${index}`);
    const articles = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        publish(author, { tagList: index % 2 === 0 ? names : names.toReversed() }),
      ),
    );
    for (const { tagList } of articles) assert.deepEqual(tagList, names.toSorted());
    assert.equal(await site.count(`SELECT count(*) FROM tags WHERE name LIKE 'shared %'`), 20);
  });

  test('articles with known tags use no numbers of new tags up', async () => {
    const author = await register(site);
    await publish(author, { tagList: ['known'] });
    const last = () => site.count(`SELECT last_value FROM pg_sequences WHERE sequencename = 'tags_id_seq'`);
    const before = await last();
    for (let turn = 0; turn < 5; turn += 1) await publish(author, { tagList: ['known'] });
    assert.equal(await last(), before);
  });
});
