import type { Profile } from '@scale-up/contract';
import { type Queries, statement } from '@scale-up/database';
import type { Claims } from '../tokens.ts';
import { viewerTable, viewerValues } from '../viewer.ts';

/** A profile's columns from a row `u` of users, for the viewer of `viewerTable`. */
export const profileColumns = `u.username, u.bio, u.image,
  EXISTS (SELECT FROM follows f WHERE f.follower_id = (SELECT id FROM viewer) AND f.followed_id = u.id) AS following`;

const byUsername = statement<Profile>(
  'profile',
  `WITH ${viewerTable} SELECT ${profileColumns} FROM users u WHERE lower(u.username) = lower($3)`,
);
const insertFollow = statement(
  'follow',
  `INSERT INTO follows (follower_id, followed_id)
   SELECT $1, id FROM users WHERE lower(username) = lower($2) ON CONFLICT DO NOTHING`,
);
const deleteFollow = statement(
  'unfollow',
  `DELETE FROM follows WHERE follower_id = $1
     AND followed_id = (SELECT id FROM users WHERE lower(username) = lower($2))`,
);

export const findProfile = (queries: Queries, claims: Claims | undefined, username: string) =>
  queries.first(byUsername, [...viewerValues(claims), username]);

/** Repeating changes nothing. */
export const follow = async (queries: Queries, followerId: number, username: string): Promise<void> => {
  await queries.query(insertFollow, [followerId, username]);
};

/** Repeating changes nothing. */
export const unfollow = async (queries: Queries, followerId: number, username: string): Promise<void> => {
  await queries.query(deleteFollow, [followerId, username]);
};
