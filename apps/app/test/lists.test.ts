import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import type { ArticleSummary } from '@scale-up/contract';
import { assert as check, asyncProperty, constantFrom, integer, option, record } from 'fast-check';
import { type Client, clientOf } from './support/client.ts';
import { type Person, publish, register, registerMany } from './support/people.ts';
import { testSite } from './support/site.ts';

const seed = 20_261_123;
const tags = ['rope', 'bridge', 'clock', 'Lamp', 'two words'];

/** What somebody did, as the API has acknowledged it. */
type Known = { article: ArticleSummary; favoritedBy: Set<string> };

suite('lists of articles', () => {
  const site = testSite();
  let people: Person[];
  const known: Known[] = [];
  const follows = new Map<string, Set<string>>();

  /** The list as it must be: whoever asks, whatever is asked for. */
  const expected = (
    viewer: string | undefined,
    keep: (one: Known) => boolean,
    page: { limit?: number; offset?: number },
  ) => {
    const { limit = 20, offset = 0 } = page;
    const matching = known.filter(keep);
    return {
      articles: matching.slice(offset, offset + limit).map(({ article, favoritedBy }) => ({
        ...article,
        favorited: viewer !== undefined && favoritedBy.has(viewer),
        favoritesCount: favoritedBy.size,
        author: {
          ...article.author,
          following: viewer !== undefined && (follows.get(viewer)?.has(article.author.username) ?? false),
        },
      })),
      articlesCount: matching.length,
    };
  };

  before(async () => {
    people = await registerMany(site, 5);
    const made = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const author = people[index % 4] as Person;
        const { body: _body, ...article } = await publish(author, {
          tagList: tags.filter((_tag, number) => index % (number + 2) === 0),
        });
        const favoritedBy = new Set<string>();
        for (const [number, person] of people.entries()) {
          if (number === 4 || (index * 7 + number) % 5 > 1) continue;
          await person.call('favorite', { params: { slug: article.slug } });
          favoritedBy.add(person.username);
        }
        return { article, favoritedBy };
      }),
    );
    const rows = await site.database.script(`SELECT slug FROM articles ORDER BY id DESC`);
    for (const { slug } of rows) known.push(...made.filter(({ article }) => article.slug === slug));
    for (const [index, person] of people.entries()) {
      const followed = people.filter((_, number) => number > index).map(({ username }) => username);
      for (const username of followed) await person.call('follow', { params: { username } });
      follows.set(person.username, new Set(followed));
    }
  });

  test(`every combination of filters and pages lists what a plain filter over the articles does (seed ${seed})`, async () => {
    const whole = { limit: option(integer({ min: 1, max: 100 })), offset: option(integer({ min: 0, max: 70 })) };
    const user = integer({ min: -1, max: 4 });
    const query = record({
      tag: option(constantFrom(...tags, 'unknown', 'lamp', '')),
      author: option(user),
      favorited: option(user),
    });
    const nameOf = (index: number | null) => (index === null ? undefined : (people[index]?.username ?? 'nobody'));
    await check(
      asyncProperty(query, record(whole), user, async (filter, page, viewer) => {
        const [tag, author, favorited] = [filter.tag ?? undefined, nameOf(filter.author), nameOf(filter.favorited)];
        const pages = { limit: page.limit ?? undefined, offset: page.offset ?? undefined };
        const one: Client = people[viewer] ?? clientOf(site.url);
        const keep = ({ article, favoritedBy }: Known) =>
          (tag === undefined || article.tagList.includes(tag)) &&
          (author === undefined || article.author.username === author) &&
          (favorited === undefined || favoritedBy.has(favorited));
        const answer = await one.call('articles', { query: { tag, author, favorited, ...pages } as object });
        assert.deepEqual(answer, expected(people[viewer]?.username, keep, pages as object));
      }),
      { seed, numRuns: 120 },
    );
  });

  test('the feed lists the articles of those one follows, with the count of all', async () => {
    for (const person of people) {
      const keep = ({ article }: Known) => follows.get(person.username)?.has(article.author.username) ?? false;
      for (const query of [{}, { limit: 7, offset: 3 }, { limit: 100 }, { offset: 500 }]) {
        assert.deepEqual(await person.call('feed', { query }), expected(person.username, keep, query));
      }
    }
  });

  test('pages put together are the whole list, without gaps and repetitions, in the order of creation', async () => {
    const reader = people[0] as Person;
    for (const id of ['articles', 'feed'] as const) {
      const all = (await reader.call(id, { query: { limit: 100 } })).articles;
      for (const limit of [1, 7, 20, 33]) {
        const pages: ArticleSummary[] = [];
        for (let offset = 0; offset < all.length; offset += limit) {
          pages.push(...(await reader.call(id, { query: { limit, offset } })).articles);
        }
        assert.deepEqual(pages, all);
      }
    }
  });

  test('names of users count in any case, tags only as they are', async () => {
    const { username } = people[0] as Person;
    const count = async (query: object) => (await clientOf(site.url).call('articles', { query })).articlesCount;
    assert.equal(await count({ author: username.toUpperCase() }), await count({ author: username }));
    assert.equal(await count({ favorited: username.toUpperCase() }), await count({ favorited: username }));
    assert.notEqual(await count({ tag: 'Lamp' }), await count({ tag: 'lamp' }));
  });

  test('a list entry has every field of the contract but the body', async () => {
    const { articles } = await clientOf(site.url).call('articles', { query: { limit: 1 } });
    const keys = 'author createdAt description favorited favoritesCount slug tagList title updatedAt'.split(' ');
    assert.deepEqual(Object.keys(articles[0] ?? {}).toSorted(), keys);
  });

  test('a limit or offset that is out of range or no number is 422', async () => {
    const reader = people[0] as Person;
    const wrong = [
      '0',
      '-1',
      '101',
      '1.5',
      'x',
      '',
      ' ',
      '0x10',
      '1e1',
      '%2B5',
      '1_0',
      '٣',
      '9'.repeat(500),
      'null',
      'true',
      'Infinity',
    ];
    for (const list of ['/articles', '/articles/feed', '/products', '/orders']) {
      for (const limit of wrong) assert.equal((await reader.send('GET', `${list}?limit=${limit}`)).status, 422, limit);
      for (const offset of wrong) {
        if (offset === '0' || offset === '101') continue;
        assert.equal((await reader.send('GET', `${list}?offset=${offset}`)).status, 422, offset);
      }
      for (const twice of ['limit=1&limit=2', 'limit=1&limit=1', 'offset=1&offset=2']) {
        assert.equal((await reader.send('GET', `${list}?${twice}`)).status, 422, twice);
      }
      assert.equal((await reader.send('GET', `${list}?limit=100&offset=1000000000`)).status, 200);
    }
  });

  test('a list asked for right after a write shows the write', async () => {
    const [author, reader] = [await register(site), await register(site)];
    await reader.call('follow', { params: { username: author.username } });
    for (let turn = 1; turn <= 5; turn += 1) {
      const { slug } = await publish(author, { tagList: ['fresh'] });
      const lists = await Promise.all([
        reader.call('feed', {}),
        reader.call('articles', {}),
        reader.call('articles', { query: { tag: 'fresh' } }),
        clientOf(site.url).call('articles', { query: { author: author.username } }),
      ]);
      for (const { articles } of lists) assert.equal(articles[0]?.slug, slug);
      assert.equal(lists[0].articlesCount, turn);
    }
  });
});
