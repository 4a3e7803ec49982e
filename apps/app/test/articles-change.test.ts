import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addComment, newName, publish, register, registerMany } from './support/people.ts';
import { testSite } from './support/site.ts';

suite('a change of an article', () => {
  const site = testSite();

  test('what is left out stays, createdAt never changes and updatedAt always does', async () => {
    const author = await register(site);
    let article = await publish(author, { tagList: ['kept'] });
    const { createdAt } = article;
    const changes = [
      { description: 'Changed' },
      { body: 'Changed' },
      { tagList: ['other'] },
      { title: article.title },
      {},
      {},
    ];
    for (const change of changes) {
      const params = { slug: article.slug };
      const { article: changed } = await author.call('changeArticle', { params, body: { article: change } });
      assert.ok(changed.updatedAt > article.updatedAt, JSON.stringify(change));
      assert.deepEqual(changed, { ...article, ...change, createdAt, updatedAt: changed.updatedAt });
      assert.deepEqual((await author.call('article', { params })).article, changed);
      article = changed;
    }
  });

  test('updatedAt changes with each of many changes at once', async () => {
    const author = await register(site);
    const { slug } = await publish(author);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        author.call('changeArticle', { params: { slug }, body: { article: { body: `Body ${index}` } } }),
      ),
    );
    assert.equal(new Set(answers.map(({ article }) => article.updatedAt)).size, 20);
  });

  test('the same title keeps the slug, another title gives another, and the old one is gone', async () => {
    const author = await register(site);
    const { slug, title } = await publish(author, { title: 'Two anchors' });
    const change = async (from: string, next: string) =>
      (await author.call('changeArticle', { params: { slug: from }, body: { article: { title: next } } })).article;
    assert.equal((await change(slug, title)).slug, slug);
    // Another spelling of the same words is no reason for another address.
    assert.equal((await change(slug, 'Two Anchors!')).slug, slug);
    const renamed = await change(slug, 'Three anchors');
    assert.equal(renamed.slug, 'three-anchors');
    await author.refused(404, 'article', { params: { slug } });
    assert.equal((await author.call('article', { params: { slug: renamed.slug } })).article.title, 'Three anchors');
  });

  test('comments and favourites stay with an article whose slug changes', async () => {
    const [author, reader] = [await register(site), await register(site)];
    const { slug } = await publish(author);
    await reader.call('favorite', { params: { slug } });
    await addComment(reader, slug);
    const body = { article: { title: newName('Another title') } };
    const { article } = await author.call('changeArticle', { params: { slug }, body });
    assert.equal(article.favoritesCount, 1);
    assert.equal((await reader.call('comments', { params: { slug: article.slug } })).comments.length, 1);
  });

  test('many articles that get one title at once all get it, each with a slug of its own', async () => {
    const author = await register(site);
    const articles = await Promise.all(Array.from({ length: 8 }, () => publish(author)));
    const body = { article: { title: 'One title for all' } };
    const answers = await Promise.all([
      ...articles.map(({ slug }) => author.call('changeArticle', { params: { slug }, body })),
      ...Array.from({ length: 4 }, async () => ({ article: await publish(author, body.article) })),
    ]);
    assert.equal(new Set(answers.map(({ article }) => article.slug)).size, 12);
  });

  test('a list of tags that is left out stays, [] clears it, null is 422', async () => {
    const author = await register(site);
    const { slug } = await publish(author, { tagList: ['b', 'a'] });
    const change = (article: object) => author.call('changeArticle', { params: { slug }, body: { article } });
    assert.deepEqual((await change({ body: 'New' })).article.tagList, ['a', 'b']);
    assert.deepEqual((await change({ tagList: ['c', 'a'] })).article.tagList, ['a', 'c']);
    assert.deepEqual((await change({ tagList: [] })).article.tagList, []);
    const errors = await author.refused(422, 'changeArticle', {
      params: { slug },
      body: { article: { tagList: null } },
    });
    assert.deepEqual(errors, { tagList: ["can't be blank"] });
    const links = `SELECT count(*) FROM article_tags t JOIN articles a ON a.id = t.article_id WHERE a.slug = '${slug}'`;
    assert.equal(await site.count(links), 0);
  });

  test('an article that is deleted while others favour, unfavour, comment and change it gives no fault', async () => {
    const people = await registerMany(site, 6);
    const left = `SELECT (SELECT count(*) FROM favorites) + (SELECT count(*) FROM comments) + (SELECT count(*) FROM article_tags)`;
    const before = await site.count(left);
    for (let round = 0; round < 8; round += 1) {
      const author = people[0];
      assert.ok(author);
      const { slug } = await publish(author, { tagList: ['busy'] });
      const params = { slug };
      await Promise.all(people.slice(3).map((one) => one.call('favorite', { params })));
      const replies = await Promise.all([
        ...people.map((one) => one.attempt('unfavorite', { params })),
        author.attempt('deleteArticle', { params }),
        ...people.map((one) => one.attempt('favorite', { params })),
        ...people.map((one) => one.attempt('createComment', { params, body: { comment: { body: 'In time?' } } })),
        author.attempt('changeArticle', { params, body: { article: { tagList: ['busy', 'bee'] } } }),
      ]);
      const statuses = new Set(replies.map(({ status }) => status));
      assert.deepEqual(statuses.difference(new Set([200, 201, 204, 404])), new Set());
      await author.refused(404, 'article', { params });
    }
    assert.equal(await site.count(left), before);
  });
});
