import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Database, Queries, Statement, Value } from '@scale-up/database';
import { articlesBy, feed, listArticles, listFeed } from '../src/articles/lists.ts';
import { bySlug, findArticle } from '../src/articles/repository.ts';
import { findComments } from '../src/comments/repository.ts';
import { byId as orderById, findOrder, listOrders, newest as newestOrders } from '../src/orders/repository.ts';
import { findProduct, listProducts, productsBy } from '../src/products/repository.ts';
import { findProfile } from '../src/profiles/repository.ts';
import { findTags } from '../src/tags/repository.ts';
import { articleCount, createLargeDatabase, orderId } from './support/large-database.ts';

type Plan = {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  /** Milliseconds. */
  readonly 'Actual Total Time': number;
  readonly Plans?: readonly Plan[];
};

type List = {
  readonly name: string;
  readonly statement: Statement<unknown>;
  readonly values: readonly Value[];
  /** Indexes that its plan must use. */
  readonly indexes: readonly string[];
  /** Blocks that it may read, where it is more than usual. */
  readonly blocks?: number;
};

/** Blocks that a list may read. The most were 5,622, a feed; with two filters of which the tag is on every fifth article 42,875 (2026-11-28). */
const most = { usual: 8_000, tagAndUser: 60_000 } as const;

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
const literal = (value: Value): string => (value === null ? 'NULL' : `'${String(value)}'`);
const large = ['articles', 'article_tags', 'favorites', 'comments', 'follows', 'orders', 'order_lines'];
const byFilter = { tag: 'article_tags_pkey', author: 'articles_author_idx', favorited: 'favorites_pkey' };

const articles = (filter: Partial<Record<keyof typeof byFilter, string>>): List[] =>
  [0, 1_000].map((offset) => {
    const names = Object.keys(filter) as (keyof typeof byFilter)[];
    return {
      name: `articles ${JSON.stringify(filter)} offset ${offset}`,
      statement: articlesBy(names),
      values: [1, 0, 20, offset, ...Object.values(filter)],
      indexes: [
        'articles_pkey',
        ...names.filter((name) => name !== 'author' || names.length === 1).map((name) => byFilter[name]),
      ],
      ...(names.length === 2 && filter.tag !== undefined && { blocks: most.tagAndUser }),
    };
  });

const products = (filter: { q?: string; tag?: string }, indexes: readonly string[]): List => ({
  name: `products ${JSON.stringify(filter)}`,
  statement: productsBy({ q: filter.q !== undefined, tag: filter.tag !== undefined }),
  values: [20, 0, ...Object.values(filter)],
  indexes,
});

// user-1 writes, follows and favours most; user-900 little; tag-0 is on a fifth of all articles.
const lists: readonly List[] = [
  ...articles({}),
  ...['tag-0', 'tag-150', 'rare', 'unknown'].flatMap((tag) => articles({ tag })),
  ...['user-1', 'user-900', 'nobody'].flatMap((user) => [
    ...articles({ author: user }),
    ...articles({ favorited: user }),
  ]),
  ...['user-1', 'user-900'].flatMap((user) => [
    ...articles({ tag: 'tag-0', author: user }),
    ...articles({ tag: 'tag-0', favorited: user }),
    ...articles({ author: user, favorited: 'user-1' }),
    ...articles({ tag: 'tag-0', author: user, favorited: 'user-1' }),
  ]),
  ...[1, 900].map((user) => ({
    name: `feed of user-${user}`,
    statement: feed,
    values: [user, 0, 20, 0],
    indexes: ['follows_pkey', 'articles_author_idx', 'articles_pkey'],
  })),
  { name: 'one article', statement: bySlug, values: [1, 0, 'article-777'], indexes: ['articles_slug_key'] },
  products({}, ['products_pkey']),
  products({ tag: 'kind-0' }, ['products_tag_idx']),
  products({ tag: 'shelf-3' }, ['products_tag_idx']),
  products({ q: 'brass' }, ['products_search_idx']),
  products({ q: 'number777' }, ['products_search_idx']),
  products({ q: 'brass', tag: 'shelf-3' }, ['products_tag_idx']),
  ...[1, 900].flatMap((user) =>
    [0, 1_000].map((offset) => ({
      name: `orders of user-${user} offset ${offset}`,
      statement: newestOrders,
      values: [user, 0, 20, offset],
      indexes: ['orders_user_idx', 'order_lines_pkey', 'products_pkey'],
    })),
  ),
  {
    name: 'one order',
    statement: orderById,
    values: [1, 0, orderId(1)],
    indexes: ['orders_pkey', 'order_lines_pkey', 'products_pkey'],
  },
];

suite(`queries with ${articleCount} articles`, () => {
  let database: Database;
  let drop: () => Promise<void>;
  before(async () => {
    ({ database, drop } = await createLargeDatabase());
  });
  after(() => drop());

  test('connections keep the plan that knows no values', async () => {
    assert.deepEqual(await database.script('SHOW plan_cache_mode'), [{ plan_cache_mode: 'force_generic_plan' }]);
  });

  // Those with values are better: what a setting of the server or of another program would give must do as well.
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    test(`every list reads its page from indexes (${mode})`, async (t) => {
      await database.script(`SET plan_cache_mode = ${mode}`);
      for (const { name, statement, values, indexes, blocks: allowed = most.usual } of lists) {
        await database.script(`DEALLOCATE ALL; PREPARE list AS ${statement.text}`);
        const call = `EXECUTE list(${values.map(literal).join()})`;
        const [row] = await database.script(`EXPLAIN (FORMAT JSON) ${call}`);
        const nodes = nodesOf((row as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0].Plan);
        const tables = nodes
          .filter((node) => node['Node Type'] === 'Seq Scan')
          .map((node) => node['Relation Name'] ?? '');
        const scanned = new Set(tables);
        assert.deepEqual(
          large.filter((table) => scanned.has(table)),
          [],
          `${name} reads a whole table`,
        );
        const used = new Set(nodes.map((node) => node['Index Name']));
        assert.deepEqual(
          indexes.filter((index) => !used.has(index)),
          [],
          `${name} uses ${[...used].join()}`,
        );
        const [measured] = await database.script(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${call}`);
        const { Plan: whole } = (measured as { 'QUERY PLAN': [{ Plan: Plan }] })['QUERY PLAN'][0];
        const blocks = whole['Shared Hit Blocks'] + whole['Shared Read Blocks'];
        t.diagnostic(`${name}: ${blocks} blocks, ${whole['Actual Total Time']} ms`);
        // Not time, of which a busy machine makes more.
        assert.ok(blocks < allowed, `${name} read ${blocks} blocks, more than ${allowed}`);
      }
    });
  }

  test('each read is one round trip', async () => {
    let asked = 0;
    const counting: Queries = {
      query: (statement, values) => ((asked += 1), database.query(statement, values)),
      first: (statement, values) => ((asked += 1), database.first(statement, values)),
      script: (text) => ((asked += 1), database.script(text)),
    };
    await database.script('DEALLOCATE ALL; RESET plan_cache_mode');
    const viewer = { userId: 1, version: 0, role: 'customer' };
    const page = { limit: 20, offset: 0 };
    const reads: Record<string, () => Promise<unknown>> = {
      'a list of articles': () => listArticles(counting, viewer, { tag: 'tag-0', author: 'user-1' }, page),
      'the feed': () => listFeed(counting, viewer, page),
      'an article': () => findArticle(counting, viewer, 'article-777'),
      'its comments': () => findComments(counting, viewer, 'article-777'),
      'a profile': () => findProfile(counting, viewer, 'user-1'),
      'the tags': () => findTags(counting),
      'a list of products': () => listProducts(counting, { q: 'brass', tag: 'kind-0', ...page }),
      'a list of orders': () => listOrders(counting, viewer, page),
      'an order': () => findOrder(counting, viewer, orderId(1)),
      'a product': () => findProduct(counting, 'product-7'),
    };
    for (const [name, read] of Object.entries(reads)) {
      asked = 0;
      assert.ok(await read(), name);
      assert.equal(asked, 1, name);
    }
  });

  test('no two statements share a name', () => {
    const names = new Map<string, string>();
    for (const { statement } of lists) {
      assert.equal(names.get(statement.name) ?? statement.text, statement.text, statement.name);
      names.set(statement.name, statement.text);
      // PostgreSQL cuts longer names off.
      assert.ok(statement.name.length < 64);
    }
    assert.equal(names.size, new Set(names.values()).size);
  });
});
