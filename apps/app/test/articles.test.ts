import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clientOf } from './support/client.ts';
import { addComment, isTimestamp, newName, nowhere, publish, register, registerMany } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

const keys = 'author body createdAt description favorited favoritesCount slug tagList title updatedAt'.split(' ');

suite('articles', () => {
  const site = testSite();

  test('a new article has every field of the contract and reads back equal for everyone', async () => {
    const author = await register(site);
    const fields = {
      title: 'How rope fails',
      description: 'Slowly',
      body: '# Then\n\nat once. ',
      tagList: ['rope', 'b', 'a'],
    };
    const article = await publish(author, fields);
    assert.deepEqual(Object.keys(article).toSorted(), keys);
    assert.deepEqual(Object.keys(article.author).toSorted(), ['bio', 'following', 'image', 'username']);
    const { createdAt, updatedAt, ...rest } = article;
    assert.deepEqual(rest, {
      ...fields,
      slug: 'how-rope-fails',
      tagList: ['a', 'b', 'rope'],
      favorited: false,
      favoritesCount: 0,
      author: { username: author.username, bio: null, image: null, following: false },
    });
    assert.ok(isTimestamp(createdAt) && createdAt === updatedAt);
    for (const reader of [author, clientOf(site.url)]) {
      assert.deepEqual((await reader.call('article', { params: { slug: article.slug } })).article, article);
    }
  });

  test('titles repeat, at once as well, and each article gets a slug of its own', async () => {
    const author = await register(site);
    const articles = await Promise.all(Array.from({ length: 12 }, () => publish(author, { title: 'Same title' })));
    const slugs = articles.map(({ slug }) => slug);
    assert.equal(new Set(slugs).size, 12);
    assert.ok(slugs.includes('same-title'));
    for (const slug of slugs) assert.match(slug, /^same-title(-[0-9a-f]{8})?$/);
  });

  test('titles that name routes, or have no letters, get a slug that reaches them', async () => {
    const author = await register(site);
    for (const title of ['Feed', 'feed', 'New', '???', '😀', '  -  ', '日本語', '..', 'a/b?c#d%']) {
      const article = await publish(author, { title });
      assert.match(article.slug, /^[a-z0-9]+(-[a-z0-9]+)*$/, title);
      assert.deepEqual((await author.call('article', { params: { slug: article.slug } })).article, article);
    }
  });

  test('a slug that nothing has is 404 on every route, however long it is', async () => {
    const person = await register(site);
    const missing = { article: ['not found'] };
    const article = { title: 'x' };
    for (const slug of [nowhere, 'x'.repeat(2_000), '%', 'ü😀', ' ']) {
      const params = { slug };
      assert.deepEqual(await clientOf(site.url).refused(404, 'article', { params }), missing);
      assert.deepEqual(await person.refused(404, 'changeArticle', { params, body: { article } }), missing);
      assert.deepEqual(await person.refused(404, 'deleteArticle', { params }), missing);
      assert.deepEqual(await person.refused(404, 'favorite', { params }), missing);
      assert.deepEqual(await person.refused(404, 'unfavorite', { params }), missing);
      assert.deepEqual(await clientOf(site.url).refused(404, 'comments', { params }), missing);
      assert.deepEqual(
        await person.refused(404, 'createComment', { params, body: { comment: { body: 'x' } } }),
        missing,
      );
      assert.deepEqual(await person.refused(404, 'deleteComment', { params: { slug, id: 1 } }), missing);
    }
  });

  test('blank, missing and null fields are 422 under their names, and leave no trace', async () => {
    const author = await register(site);
    const { slug } = await publish(author);
    const before = await contentOf(site);
    const blank = ["can't be blank"];
    const all = { title: blank, description: blank, body: blank };
    for (const nothing of ['', ' \n', null, undefined]) {
      const article = { title: nothing, description: nothing, body: nothing };
      assert.deepEqual(await author.refused(422, 'createArticle', { body: { article } }), all);
      if (nothing === undefined) continue;
      assert.deepEqual(await author.refused(422, 'changeArticle', { params: { slug }, body: { article } }), all);
    }
    assert.equal(await contentOf(site), before);
  });

  test('what is too long is 422 under its name', async () => {
    const author = await register(site);
    const lengths = { title: 300, description: 2_000, body: 200_000 };
    for (const [name, length] of Object.entries(lengths)) {
      const article = { title: newName(), description: 'd', body: 'b' };
      const fits = { ...article, [name]: '😀'.repeat(length) };
      await author.call('createArticle', { body: { article: fits } });
      const errors = await author.refused(422, 'createArticle', {
        body: { article: { ...article, [name]: 'x'.repeat(length + 1) } },
      });
      assert.deepEqual(errors, { [name]: [`is too long (maximum is ${length} characters)`] });
    }
  });

  test('someone else may neither change nor delete an article, and a try leaves no trace', async () => {
    const [author, other] = [await register(site), await register(site)];
    const { slug } = await publish(author);
    const before = await contentOf(site);
    const forbidden = { article: ['forbidden'] };
    const body = { article: { title: 'Mine now' } };
    assert.deepEqual(await other.refused(403, 'changeArticle', { params: { slug }, body }), forbidden);
    assert.deepEqual(await other.refused(403, 'deleteArticle', { params: { slug } }), forbidden);
    assert.equal(await contentOf(site), before);
  });

  test('a deletion takes comments, favourites and tag links with it, and what was deleted stays deleted', async () => {
    const [author, reader] = await registerMany(site, 2);
    assert.ok(author && reader);
    const kept = await publish(author, { tagList: ['shared'] });
    const before = await contentOf(site);
    const { slug } = await publish(author, { tagList: ['shared', 'gone-with-it'] });
    await reader.call('favorite', { params: { slug } });
    await addComment(reader, slug);
    await addComment(author, slug);
    assert.equal((await author.attempt('deleteArticle', { params: { slug } })).text, '');
    // The tag's name is kept for the next article that has it, and no longer shown.
    await site.database.script(`DELETE FROM tags WHERE name = 'gone-with-it'`);
    assert.equal(await contentOf(site), before);
    for (const id of ['article', 'comments'] as const) await reader.refused(404, id, { params: { slug } });
    await author.refused(404, 'deleteArticle', { params: { slug } });
    await author.call('article', { params: { slug: kept.slug } });
  });
});
