import { type Queries, statement, violatedConstraint } from '@scale-up/database';

// The count changes only together with a row, so repeating changes nothing and the two never part.
const add = statement(
  'favorite',
  `WITH added AS (
     INSERT INTO favorites (user_id, article_id) SELECT $1, id FROM articles WHERE slug = $2
     ON CONFLICT DO NOTHING RETURNING article_id
   )
   UPDATE articles SET favorites_count = favorites_count + 1 WHERE id = (SELECT article_id FROM added)`,
);
const remove = statement(
  'unfavorite',
  `WITH removed AS (
     DELETE FROM favorites WHERE user_id = $1 AND article_id = (SELECT id FROM articles WHERE slug = $2)
     RETURNING article_id
   )
   UPDATE articles SET favorites_count = favorites_count - 1 WHERE id = (SELECT article_id FROM removed)`,
);

/**
 * Makes an article a favourite; repeating, or an unknown slug, changes nothing.
 * @returns false when the article was deleted in the same moment
 */
export const addFavorite = async (queries: Queries, userId: number, slug: string): Promise<boolean> => {
  try {
    await queries.query(add, [userId, slug]);
    return true;
  } catch (error) {
    if (violatedConstraint(error) === 'favorites_article_id_fkey') return false;
    throw error;
  }
};

export const removeFavorite = async (queries: Queries, userId: number, slug: string): Promise<void> => {
  await queries.query(remove, [userId, slug]);
};
