import type { Article } from '@scale-up/contract';
import { type Queries, statement } from '@scale-up/database';
import { freeSlug, slugCandidates } from '../slug.ts';
import { linkTags, orderedTags, replaceTags } from '../tags/repository.ts';
import type { Claims } from '../tokens.ts';
import { viewerTable, viewerValues } from '../viewer.ts';
import { type ArticleRow, summaryColumns, toArticle } from './rows.ts';

export const bySlug = statement<ArticleRow>(
  'article',
  `WITH ${viewerTable}
   SELECT ${summaryColumns}, a.body FROM articles a JOIN users u ON u.id = a.author_id WHERE a.slug = $3`,
);
const insert = statement<{ id: number }>(
  'article-insert',
  `INSERT INTO articles (slug, author_id, title, description, body, tag_list) VALUES ($1, $2, $3, $4, $5, $6)
   ON CONFLICT (slug) DO NOTHING RETURNING id`,
);
const lock = statement<{ id: number; authorId: number; title: string; slug: string }>(
  'article-lock',
  `SELECT id, author_id AS "authorId", title, slug FROM articles WHERE slug = $1 FOR UPDATE`,
);
const slugTaken = statement('article-slug-taken', `SELECT FROM articles WHERE slug = $1`);
const update = statement(
  'article-update',
  `UPDATE articles SET slug = $2, title = coalesce($3, title), description = coalesce($4, description),
     body = coalesce($5, body), tag_list = coalesce($6, tag_list),
     updated_at = greatest(now(), updated_at + interval '1 millisecond')
   WHERE id = $1`,
);
const remove = statement('article-delete', `DELETE FROM articles WHERE id = $1`);

export type ArticleFields = {
  readonly title: string;
  readonly description: string;
  readonly body: string;
  readonly tagList?: readonly string[] | undefined;
};
export type ArticleChange = { readonly [Name in keyof ArticleFields]?: ArticleFields[Name] | undefined };

export const findArticle = async (
  queries: Queries,
  claims: Claims | undefined,
  slug: string,
): Promise<Article | undefined> => {
  const row = await queries.first(bySlug, [...viewerValues(claims), slug]);
  return row && toArticle(row);
};

/** @returns the slug it got */
export const insertArticle = async (queries: Queries, authorId: number, fields: ArticleFields): Promise<string> => {
  const tags = orderedTags(fields.tagList ?? []);
  for (const slug of slugCandidates(fields.title, 'article')) {
    const inserted = await queries.first(insert, [slug, authorId, fields.title, fields.description, fields.body, tags]);
    if (!inserted) continue;
    await linkTags(queries, inserted.id, tags);
    return slug;
  }
  throw new Error(`no free slug for the title "${fields.title}"`);
};

/** The article's keys, locked until the transaction ends. */
export const lockArticle = (queries: Queries, slug: string) => queries.first(lock, [slug]);

/** @returns its slug, a new one when the title changed */
export const updateArticle = async (
  queries: Queries,
  article: { readonly id: number; readonly title: string; readonly slug: string },
  { title, description, body, tagList }: ArticleChange,
): Promise<string> => {
  const isTaken = async (name: string) => (await queries.first(slugTaken, [name])) !== undefined;
  const slug =
    title === undefined || title === article.title
      ? article.slug
      : await freeSlug(title, 'article', article.slug, isTaken);
  const tags = tagList && orderedTags(tagList);
  await queries.query(update, [article.id, slug, title ?? null, description ?? null, body ?? null, tags ?? null]);
  if (tags) await replaceTags(queries, article.id, tags);
  return slug;
};

/** Its comments, favourites and tag links go with it. */
export const deleteArticle = async (queries: Queries, id: number): Promise<void> => {
  await queries.query(remove, [id]);
};
