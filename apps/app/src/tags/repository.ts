import { type Queries, statement } from '@scale-up/database';

const all = statement<{ name: string }>(
  'tags',
  `SELECT name FROM tags t WHERE EXISTS (SELECT FROM article_tags a WHERE a.tag_id = t.id) ORDER BY name COLLATE "C"`,
);
const insertMissing = statement(
  'tags-insert',
  // In one order, so that two writers with the same new tags wait for each other instead of deadlocking.
  // Only what is missing: a conflict, too, uses a number up, and the numbers are integers.
  `INSERT INTO tags (name) SELECT name FROM unnest($1::text[]) AS name
   WHERE NOT EXISTS (SELECT FROM tags t WHERE t.name = name.name) ORDER BY name COLLATE "C" ON CONFLICT DO NOTHING`,
);
const unlink = statement('article-tags-delete', `DELETE FROM article_tags WHERE article_id = $1`);
const link = statement(
  'article-tags-insert',
  `INSERT INTO article_tags (tag_id, article_id) SELECT id, $1 FROM tags WHERE name = ANY ($2::text[])`,
);

/** Every tag that an article carries, in alphabetical order. */
export const findTags = async (queries: Queries): Promise<string[]> =>
  (await queries.query(all)).map(({ name }) => name);

/** Each tag once, in the order in which it comes back, PostgreSQL's "C"; surrounding space is not part of a tag. */
export const orderedTags = (tags: readonly string[]): string[] =>
  [...new Set(tags.map((tag) => tag.trim()))].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** Gives tags to an article that has none. */
export const linkTags = async (queries: Queries, articleId: number, tags: readonly string[]): Promise<void> => {
  if (tags.length === 0) return;
  await queries.query(insertMissing, [tags]);
  // A statement of its own: it sees what another writer committed while the one before waited.
  await queries.query(link, [articleId, tags]);
};

/** Makes exactly these the tags of an article. */
export const replaceTags = async (queries: Queries, articleId: number, tags: readonly string[]): Promise<void> => {
  await queries.query(unlink, [articleId]);
  await linkTags(queries, articleId, tags);
};
