import { keptCounts } from '../programs/database.ts';
import { reader, type Sizes } from './sizes.ts';

/** Tags on a site, whatever its size. */
const tags = 1_000;

/**
 * Accounts, articles and what hangs on them: three tags an article, of which a tenth carries the commonest; two favourites and two comments; twenty followed by
 * each. Popularity falls with the square of a random number, as on a real site. References are right by construction and not checked, and no trigger runs: the
 * kept counts are counted at the end.
 */
export const journalOf = ({ users, articles }: Sizes): string => `
  SET session_replication_role = replica;
  SELECT setseed(0.5);
  INSERT INTO users (username, email, password_hash, bio)
    SELECT 'user-' || n, 'user-' || n || '@example.com', 'x', 'About user ' || n FROM generate_series(1, ${users}) n;
  INSERT INTO tags (name) SELECT 'tag-' || n FROM generate_series(0, ${tags - 1}) n;

  CREATE TEMP TABLE picked AS
    SELECT n AS article_id, 1 + floor(${tags} * random() ^ 2)::integer AS tag_id
    FROM generate_series(1, ${articles}) n, generate_series(1, 3);
  INSERT INTO article_tags (tag_id, article_id) SELECT DISTINCT tag_id, article_id FROM picked ORDER BY 1, 2;
  INSERT INTO favorites (user_id, article_id)
    SELECT DISTINCT 1 + floor(${users} * random()), 1 + floor(${articles} * random() ^ 2)
    FROM generate_series(1, ${articles * 2}) ORDER BY 1, 2;

  CREATE TEMP TABLE lists AS
    SELECT l.article_id, array_agg(t.name ORDER BY t.name COLLATE "C") AS names
    FROM article_tags l JOIN tags t ON t.id = l.tag_id GROUP BY 1;
  CREATE TEMP TABLE favours AS SELECT article_id, count(*) AS total FROM favorites GROUP BY 1;
  INSERT INTO articles (slug, author_id, title, description, body, tag_list, favorites_count, created_at, updated_at)
    SELECT 'article-' || n, 1 + floor(${users} * random() ^ 2), 'Article ' || n || ' about ' || names[1], repeat('About it. ', 8),
           repeat(md5(n::text) || ' ', 30), names, coalesce(total, 0), at, at
    FROM generate_series(1, ${articles}) n JOIN lists ON lists.article_id = n LEFT JOIN favours ON favours.article_id = n,
      LATERAL (SELECT now() - interval '3 years' * (1 - n / ${articles}.0) AS at) day
    ORDER BY n;
  INSERT INTO comments (article_id, author_id, body)
    SELECT 1 + floor(${articles} * random() ^ 2), 1 + floor(${users} * random()), 'Comment ' || n || ': so it is, and so it was before.'
    FROM generate_series(1, ${articles * 2}) n;

  INSERT INTO follows (follower_id, followed_id)
    SELECT DISTINCT 2 + floor(${users - 1} * random()), 1 + floor(${users} * random() ^ 2)
    FROM generate_series(1, ${users * 20}) ORDER BY 1, 2;
  -- Of every degree of popularity.
  INSERT INTO follows (follower_id, followed_id)
    SELECT ${reader.id}, floor((n - 0.5) * ${users} / ${reader.follows}) FROM generate_series(1, ${reader.follows}) n;
  ${keptCounts}`;
