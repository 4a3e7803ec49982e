import { type Queries, statement, violatedConstraint } from '@scale-up/database';
import { type FieldErrors, Problem } from '@scale-up/service';
import type { Claims } from '../tokens.ts';
import { viewerValues } from '../viewer.ts';

/** An account as this service knows it; it never leaves the process whole. */
export type Account = {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly bio: string | null;
  readonly image: string | null;
  readonly role: string;
  readonly version: number;
};

const columns = `id, username, email, bio, image, role, token_version AS version`;

const insert = statement<Account>(
  'user-insert',
  `INSERT INTO users (username, email, password_hash) VALUES ($1, $2, $3) RETURNING ${columns}`,
);
const byEmail = statement<Account & { passwordHash: string }>(
  'user-by-email',
  `SELECT ${columns}, password_hash AS "passwordHash" FROM users WHERE lower(email) = lower($1)`,
);
const byClaims = statement<Account>(
  'user-by-claims',
  `SELECT ${columns} FROM users WHERE id = $1 AND token_version = $2`,
);
const taken = statement<{ username: boolean; email: boolean }>(
  'user-taken',
  `SELECT EXISTS (SELECT FROM users WHERE lower(username) = lower($1) AND id <> $3) AS username,
          EXISTS (SELECT FROM users WHERE lower(email) = lower($2) AND id <> $3) AS email`,
);
// Null keeps a column; bio and image have a flag each, since null is a value of theirs. The version is asked for again, since another
// request may have ended the token while this one waited for the row.
const update = statement<Account>(
  'user-update',
  `UPDATE users SET
     username = coalesce($2, username),
     email = coalesce($3, email),
     password_hash = coalesce($4, password_hash),
     token_version = token_version + CASE WHEN $4::text IS NULL THEN 0 ELSE 1 END,
     bio = CASE WHEN $5 THEN nullif($6, '') ELSE bio END,
     image = CASE WHEN $7 THEN nullif($8, '') ELSE image END,
     updated_at = greatest(now(), updated_at + interval '1 millisecond')
   WHERE id = $1 AND token_version = $9
   RETURNING ${columns}`,
);

const takenMessages = (fields: { username: boolean; email: boolean }): FieldErrors => {
  const message = ['has already been taken'];
  return { ...(fields.username && { username: message }), ...(fields.email && { email: message }) };
};

/** Two at once pass the question before the write; the index decides, and says which. */
const mapTaken = (error: unknown): unknown => {
  const constraint = violatedConstraint(error);
  if (constraint === 'users_username_key')
    return new Problem('conflict', takenMessages({ username: true, email: false }));
  if (constraint === 'users_email_key') return new Problem('conflict', takenMessages({ username: false, email: true }));
  return error;
};

/** @throws Problem 409 naming every field that another account has */
const refuseTaken = async (queries: Queries, username: string | null, email: string | null, own = 0): Promise<void> => {
  const found = await queries.first(taken, [username, email, own]);
  if (found?.username || found?.email) throw new Problem('conflict', takenMessages(found));
};

export const insertAccount = async (
  queries: Queries,
  account: { username: string; email: string; passwordHash: string },
): Promise<Account> => {
  await refuseTaken(queries, account.username, account.email);
  try {
    const [inserted] = await queries.query(insert, [account.username, account.email, account.passwordHash]);
    return inserted as Account;
  } catch (error) {
    throw mapTaken(error);
  }
};

/** The account and its password's hash. */
export const findAccountByEmail = (queries: Queries, email: string) => queries.first(byEmail, [email]);

/** The account a token claims, unless the token no longer counts. */
export const findAccount = (queries: Queries, claims: Claims) => queries.first(byClaims, viewerValues(claims));

export type AccountChange = {
  readonly username?: string | undefined;
  readonly email?: string | undefined;
  readonly passwordHash?: string | undefined;
  /** Null or "" clears, undefined keeps. */
  readonly bio?: string | null | undefined;
  readonly image?: string | null | undefined;
};

/** Undefined when the token was ended in the same moment. */
export const updateAccount = async (
  queries: Queries,
  { userId, version }: Claims,
  change: AccountChange,
): Promise<Account | undefined> => {
  const { username = null, email = null, passwordHash = null, bio, image } = change;
  if (username !== null || email !== null) await refuseTaken(queries, username, email, userId);
  try {
    const values = [
      userId,
      username,
      email,
      passwordHash,
      bio !== undefined,
      bio ?? null,
      image !== undefined,
      image ?? null,
      version,
    ];
    return await queries.first(update, values);
  } catch (error) {
    throw mapTaken(error);
  }
};
