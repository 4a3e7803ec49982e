import type { ArticleList, ArticleSummary } from '@scale-up/contract';
import { type Queries, type Statement, statement } from '@scale-up/database';
import type { Claims } from '../tokens.ts';
import { viewerTable, viewerValues } from '../viewer.ts';
import { summaryColumns, type SummaryRow, toSummary } from './rows.ts';

export type ArticleFilter = {
  readonly tag?: string | undefined;
  readonly author?: string | undefined;
  readonly favorited?: string | undefined;
};
export type Page = { readonly limit: number; readonly offset: number };

/** One row at least, so that an empty page still tells the total and whether the viewer's token counts. */
type ListRow = { total: number; viewerId: number | null } & (SummaryRow | { slug: null });

const filterNames = ['tag', 'author', 'favorited'] as const;
type FilterName = (typeof filterNames)[number];

const userNamed = (parameter: string): string => `(SELECT id FROM users WHERE lower(username) = lower(${parameter}))`;
const tagNamed = (parameter: string): string => `(SELECT id FROM tags WHERE name = ${parameter})`;

/**
 * Where a list's ids come from, in the order of an index: the filter that narrows most is read, the others are looked up for each
 * of its articles.
 */
const sourceOf = (filters: readonly FilterName[], parameter: (name: FilterName) => string): string => {
  const conditions: string[] = [];
  let source = 'articles s';
  let id = 's.id';
  const driver = (['tag', 'favorited', 'author'] as const).find((name) => filters.includes(name));
  if (driver === 'tag') {
    [source, id] = ['article_tags s', 's.article_id'];
    conditions.push(`s.tag_id = ${tagNamed(parameter('tag'))}`);
  } else if (driver === 'favorited') {
    [source, id] = ['favorites s', 's.article_id'];
    conditions.push(`s.user_id = ${userNamed(parameter('favorited'))}`);
  } else if (driver === 'author') {
    conditions.push(`s.author_id = ${userNamed(parameter('author'))}`);
  }
  if (driver !== 'favorited' && filters.includes('favorited')) {
    const user = userNamed(parameter('favorited'));
    conditions.push(`EXISTS (SELECT FROM favorites x WHERE x.user_id = ${user} AND x.article_id = ${id})`);
  }
  if (driver !== 'author' && filters.includes('author')) {
    const author = userNamed(parameter('author'));
    conditions.push(`EXISTS (SELECT FROM articles x WHERE x.id = ${id} AND x.author_id = ${author})`);
  }
  return `SELECT ${id} AS id FROM ${source} ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}`;
};

/**
 * Total, viewer and one page of articles whose ids `page` gives newest first, in one round trip. OFFSET 0 has the articles looked up
 * one by one: a generic plan, which does not know how small the limit is, read the whole table instead (90 ms of 100,000 articles).
 */
const listStatement = (name: string, page: string, total: string): Statement<ListRow> =>
  statement<ListRow>(
    name,
    `WITH ${viewerTable}
     SELECT head.total, head."viewerId", list.*
     FROM (SELECT (${total}) AS total, (SELECT id FROM viewer) AS "viewerId") head
     LEFT JOIN LATERAL (
       SELECT article.* FROM (${page}) ids CROSS JOIN LATERAL (
         SELECT ${summaryColumns} FROM articles a JOIN users u ON u.id = a.author_id WHERE a.id = ids.id OFFSET 0
       ) article
       ORDER BY ids.id DESC
     ) list ON true`,
  );

/** The statement for a combination of filters; its values are viewer ($1, $2), limit, offset, then the filters' in order. */
export const articlesBy = (filters: readonly FilterName[]): Statement<ListRow> => {
  const source = sourceOf(filters, (name) => `$${filters.indexOf(name) + 5}`);
  const page = `${source} ORDER BY 1 DESC LIMIT $3 OFFSET $4`;
  return listStatement(`articles-${filters.join('-') || 'all'}`, page, `SELECT count(*) FROM (${source}) matching`);
};

/** The newest few of each followed author are enough to find the newest of all. */
export const feed = listStatement(
  'articles-feed',
  `SELECT newest.id FROM follows f
   CROSS JOIN LATERAL (SELECT id FROM articles WHERE author_id = f.followed_id ORDER BY id DESC LIMIT $3::bigint + $4::bigint) newest
   WHERE f.follower_id = (SELECT id FROM viewer)
   ORDER BY 1 DESC LIMIT $3 OFFSET $4`,
  `SELECT count(*) FROM follows f JOIN articles a ON a.author_id = f.followed_id WHERE f.follower_id = (SELECT id FROM viewer)`,
);

const toList = (rows: readonly ListRow[]): ArticleList => ({
  articles: rows.flatMap((row): ArticleSummary[] => (row.slug === null ? [] : [toSummary(row)])),
  articlesCount: rows[0]?.total ?? 0,
});

/** Articles that match every given filter, newest first, and how many match. */
export const listArticles = async (
  queries: Queries,
  claims: Claims | undefined,
  filter: ArticleFilter,
  { limit, offset }: Page,
): Promise<ArticleList> => {
  const filters = filterNames.filter((name) => filter[name] !== undefined);
  const values = filters.map((name) => filter[name] ?? null);
  return toList(await queries.query(articlesBy(filters), [...viewerValues(claims), limit, offset, ...values]));
};

/** Articles by the authors a viewer follows; undefined when the token no longer counts. */
export const listFeed = async (
  queries: Queries,
  claims: Claims,
  { limit, offset }: Page,
): Promise<ArticleList | undefined> => {
  const rows = await queries.query(feed, [...viewerValues(claims), limit, offset]);
  return rows[0]?.viewerId ? toList(rows) : undefined;
};
