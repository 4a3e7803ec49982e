import type { Secret } from '@scale-up/config';
import { type Database, type Queries, statement } from '@scale-up/database';
import { hashPassword } from '@scale-up/passwords';
import { comments, favorites } from '../demo/comments.ts';
import { follows, people } from '../demo/people.ts';
import { products } from '../demo/products.ts';
import { type DemoArticle, demoArticles } from './demo-articles.ts';
import { Refusal } from './refusal.ts';
import { exclusively } from './up.ts';

const hoursAgo = (parameter: string) => `now() - make_interval(hours => ${parameter})`;

const anyAccount = statement<{ id: number }>('seed-any-account', `SELECT id FROM users LIMIT 1`);
const addPerson = statement(
  'seed-person',
  `INSERT INTO users (username, email, role, bio, image, password_hash) VALUES ($1, $2, $3, $4, $5, $6)`,
);
const addFollow = statement(
  'seed-follow',
  `INSERT INTO follows (follower_id, followed_id)
   SELECT a.id, b.id FROM users a, users b WHERE a.username = $1 AND b.username = $2`,
);
const addArticle = statement(
  'seed-article',
  `WITH article AS (
     INSERT INTO articles (slug, author_id, title, description, body, tag_list, created_at, updated_at)
     SELECT $1, u.id, $3, $4, $5, array(SELECT tag FROM unnest($6::text[]) AS tag ORDER BY tag COLLATE "C"),
            ${hoursAgo('$7::integer')}, ${hoursAgo('$7::integer')}
     FROM users u WHERE u.username = $2
     RETURNING id
   ), tag AS (
     INSERT INTO tags (name) SELECT unnest($6::text[])
     ON CONFLICT (name) DO UPDATE SET name = excluded.name
     RETURNING id
   )
   INSERT INTO article_tags (tag_id, article_id) SELECT tag.id, article.id FROM tag, article`,
);
const addComment = statement(
  'seed-comment',
  `INSERT INTO comments (article_id, author_id, body, created_at, updated_at)
   SELECT a.id, u.id, $3, a.created_at + make_interval(hours => $4::integer), a.created_at + make_interval(hours => $4::integer)
   FROM articles a, users u WHERE a.slug = $1 AND u.username = $2`,
);
const addFavorite = statement(
  'seed-favorite',
  `INSERT INTO favorites (user_id, article_id)
   SELECT u.id, a.id FROM users u, articles a WHERE u.username = $1 AND a.slug = $2`,
);
const countFavorites = statement(
  'seed-count-favorites',
  `UPDATE articles a SET favorites_count = (SELECT count(*) FROM favorites f WHERE f.article_id = a.id)`,
);
const addProduct = statement(
  'seed-product',
  `INSERT INTO products (slug, title, description, price, currency, stock, initial_stock, image, tag_list)
   VALUES ($1, $2, $3, $4, $5, $6, $6, $7, array(SELECT tag FROM unnest($8::text[]) AS tag ORDER BY tag COLLATE "C"))`,
);

/**
 * Adds the demo content in one transaction, to a database that has no account yet.
 * @param password of all demo accounts
 * @returns a sentence on what was done
 * @throws Refusal without a password
 */
export const seed = async (database: Database, password: Secret | undefined): Promise<string> => {
  if (!password) throw new Refusal('DEMO_PASSWORD is missing: the demo accounts get it as their password.');
  const hash = await hashPassword(password.reveal());
  const articles = demoArticles();
  return exclusively(database, async (queries) => {
    if (await queries.first(anyAccount)) return 'there is content already, nothing was added';
    await seedPeople(queries, hash);
    await seedArticles(queries, articles);
    await seedProducts(queries);
    return `added ${people.length} accounts, ${articles.length} articles, ${comments.length} comments, ${products.length} products`;
  });
};

const seedPeople = async (queries: Queries, hash: string): Promise<void> => {
  for (const { username, email, role, bio, image } of people) {
    await queries.query(addPerson, [username, email, role, bio, image, hash]);
  }
  for (const [follower, followed] of Object.entries(follows)) {
    for (const username of followed) await queries.query(addFollow, [follower, username]);
  }
};

const seedArticles = async (queries: Queries, articles: readonly DemoArticle[]): Promise<void> => {
  for (const { slug, author, title, description, body, tags, ageInHours } of articles) {
    await queries.query(addArticle, [slug, author, title, description, body, tags.split(', '), ageInHours]);
  }
  for (const { article, author, body, hoursAfter } of comments.toSorted((a, b) => a.hoursAfter - b.hoursAfter)) {
    await queries.query(addComment, [article, author, body, hoursAfter]);
  }
  for (const [article, usernames] of Object.entries(favorites)) {
    for (const username of usernames) await queries.query(addFavorite, [username, article]);
  }
  await queries.query(countFavorites);
};

const seedProducts = async (queries: Queries): Promise<void> => {
  // The last one added is the first one shown.
  for (const { title, description, price, currency, stock, image, tagList } of products.toReversed()) {
    const slug = title
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
    await queries.query(addProduct, [slug, title, description, price, currency, stock, image, tagList]);
  }
};
