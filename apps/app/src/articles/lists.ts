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

/** Where each filter's articles are, each behind an index that ends with their ids. */
const sources: Readonly<Record<FilterName, { table: string; id: string; matches: (parameter: string) => string }>> = {
  author: { table: 'articles', id: 'id', matches: (name) => `author_id = ${userNamed(name)}` },
  favorited: { table: 'favorites', id: 'article_id', matches: (name) => `user_id = ${userNamed(name)}` },
  tag: { table: 'article_tags', id: 'article_id', matches: (name) => `tag_id = ${tagNamed(name)}` },
};

/**
 * Where a list's ids come from, in the order of an index: one filter is read, the others are looked up for each of its articles. What one person wrote or favours
 * stays within bounds, what carries a tag grows with the site; so tags are read last.
 */
const sourceOf = (filters: readonly FilterName[], parameter: (name: FilterName) => string): string => {
  const [read, ...others] = (['author', 'favorited', 'tag'] as const).filter((name) => filters.includes(name));
  if (read === undefined) return 'SELECT s.id FROM articles s';
  const { table, id, matches } = sources[read];
  const looks = others.map((name) => {
    const other = sources[name];
    return `EXISTS (SELECT FROM ${other.table} x WHERE x.${other.id} = s.${id} AND x.${other.matches(parameter(name))})`;
  });
  return `SELECT s.${id} AS id FROM ${table} s WHERE ${[`s.${matches(parameter(read))}`, ...looks].join(' AND ')}`;
};

/** How many match: of all articles, and of a tag's, the number is kept (migration 006), since counting them grows with the site. */
const totalOf = (filters: readonly FilterName[], parameter: (name: FilterName) => string, source: string): string => {
  const [only, ...others] = filters;
  const isKept = others.length === 0 && (only === undefined || only === 'tag');
  if (!isKept) return `SELECT count(*) FROM (${source}) matching`;
  const counted = only === undefined ? '0' : tagNamed(parameter(only));
  return `SELECT coalesce(sum(total), 0)::bigint FROM article_counts WHERE tag_id = ${counted}`;
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
  const parameter = (name: FilterName): string => `$${filters.indexOf(name) + 5}`;
  const source = sourceOf(filters, parameter);
  const page = `${source} ORDER BY 1 DESC LIMIT $3 OFFSET $4`;
  return listStatement(`articles-${filters.join('-') || 'all'}`, page, totalOf(filters, parameter, source));
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
