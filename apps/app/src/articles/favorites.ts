import { type Queries, statement } from '@scale-up/database';

// The article is locked before its favourites, as a deletion does: the other way round the two would wait for each other. It is
// locked by a statement of its own, so that the next one sees the newest row and does not have to lock it again.
const lock = statement<{ id: number }>('favorite-lock', `SELECT id FROM articles WHERE slug = $1 FOR NO KEY UPDATE`);
// The count changes only together with a row, so repeating changes nothing and the two never part.
const add = statement(
  'favorite',
  `WITH added AS (
     INSERT INTO favorites (user_id, article_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING article_id
   )
   UPDATE articles SET favorites_count = favorites_count + 1 WHERE id = (SELECT article_id FROM added)`,
);
const remove = statement(
  'unfavorite',
  `WITH removed AS (DELETE FROM favorites WHERE user_id = $1 AND article_id = $2 RETURNING article_id)
   UPDATE articles SET favorites_count = favorites_count - 1 WHERE id = (SELECT article_id FROM removed)`,
);

/**
 * Makes an article a favourite or takes it back; repeating changes nothing.
 * @returns false when there is no such article
 */
export const setFavorite = async (
  queries: Queries,
  { userId, slug, favorited }: { readonly userId: number; readonly slug: string; readonly favorited: boolean },
): Promise<boolean> => {
  const article = await queries.first(lock, [slug]);
  if (!article) return false;
  await queries.query(favorited ? add : remove, [userId, article.id]);
  return true;
};
