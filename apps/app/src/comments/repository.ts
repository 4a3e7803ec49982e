import type { Comment, Profile } from '@scale-up/contract';
import { type Queries, statement } from '@scale-up/database';
import { profileColumns } from '../profiles/repository.ts';
import type { Claims } from '../tokens.ts';
import { viewerTable, viewerValues } from '../viewer.ts';

type CommentRow = Omit<Comment, 'author'> & Profile;

const columns = `c.id, c.body, c.created_at AS "createdAt", c.updated_at AS "updatedAt", ${profileColumns}`;

const toComment = (row: CommentRow): Comment => ({
  id: row.id,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  body: row.body,
  author: { username: row.username, bio: row.bio, image: row.image, following: row.following },
});

// One row at least for an article that exists.
const byArticle = statement<CommentRow | { id: null }>(
  'comments',
  `WITH ${viewerTable}
   SELECT list.* FROM articles a LEFT JOIN LATERAL (
     SELECT ${columns} FROM comments c JOIN users u ON u.id = c.author_id WHERE c.article_id = a.id ORDER BY c.id
   ) list ON true
   WHERE a.slug = $3`,
);
const insert = statement<CommentRow>(
  'comment-insert',
  `WITH ${viewerTable}, c AS (
     INSERT INTO comments (article_id, author_id, body)
     -- Locked, so that the article cannot go before its comment is there.
     SELECT a.id, (SELECT id FROM viewer), $4 FROM articles a WHERE a.slug = $3 FOR KEY SHARE
     RETURNING *
   )
   SELECT ${columns} FROM c JOIN users u ON u.id = c.author_id`,
);
const lock = statement<{ authorId: number }>(
  'comment-lock',
  `SELECT c.author_id AS "authorId" FROM comments c JOIN articles a ON a.id = c.article_id
   WHERE c.id = $1 AND a.slug = $2 FOR UPDATE OF c`,
);
const articleExists = statement<{ id: number }>('comment-article', `SELECT id FROM articles WHERE slug = $1`);
const remove = statement('comment-delete', `DELETE FROM comments WHERE id = $1`);

/** Oldest first; undefined when there is no such article. */
export const findComments = async (
  queries: Queries,
  claims: Claims | undefined,
  slug: string,
): Promise<Comment[] | undefined> => {
  const rows = await queries.query(byArticle, [...viewerValues(claims), slug]);
  if (rows.length === 0) return undefined;
  return rows.flatMap((row) => (row.id === null ? [] : [toComment(row)]));
};

/** Undefined when there is no such article. */
export const insertComment = async (
  queries: Queries,
  claims: Claims,
  slug: string,
  body: string,
): Promise<Comment | undefined> => {
  const row = await queries.first(insert, [...viewerValues(claims), slug, body]);
  return row && toComment(row);
};

/** Whose a comment of this article is, locked until the transaction ends; undefined when it is none of this article's. */
export const lockComment = (queries: Queries, slug: string, id: number) => queries.first(lock, [id, slug]);

export const isArticle = async (queries: Queries, slug: string): Promise<boolean> =>
  (await queries.first(articleExists, [slug])) !== undefined;

export const deleteComment = async (queries: Queries, id: number): Promise<void> => {
  await queries.query(remove, [id]);
};
