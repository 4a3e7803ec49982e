import { type Queries, statement } from '@scale-up/database';
import { Problem } from '@scale-up/service';
import type { Claims, Tokens } from './tokens.ts';

/** The account behind a token that still counts. */
export type Viewer = { readonly id: number; readonly isAdmin: boolean };

/**
 * The viewer as the first two parameters of a statement: `$1` id and `$2` token version, both null for an anonymous one.
 * Statements begin with `viewerTable`, which is empty when the token no longer counts: one round trip answers both questions.
 */
export const viewerValues = (claims: Claims | undefined): [number | null, number | null] => [
  claims?.userId ?? null,
  claims?.version ?? null,
];

export const viewerTable = `viewer AS MATERIALIZED (SELECT id FROM users WHERE id = $1 AND token_version = $2)`;

const findViewer = statement<{ id: number; isAdmin: boolean }>(
  'viewer',
  `SELECT id, role = 'admin' AS "isAdmin" FROM users WHERE id = $1 AND token_version = $2`,
);

/** RFC 6750 3: says how to authenticate. */
const challenge = { 'www-authenticate': 'Token' };

export const tokenMissing = (): Problem => new Problem('unauthorized', { token: ['is missing'] }, challenge);
export const tokenInvalid = (): Problem => new Problem('unauthorized', { token: ['is invalid'] }, challenge);

/**
 * The account that a token belongs to.
 * @throws Problem 401 when the token was ended, by a change of password, or the account is gone
 */
export const requireViewer = async (queries: Queries, claims: Claims): Promise<Viewer> => {
  const viewer = await queries.first(findViewer, viewerValues(claims));
  if (!viewer) throw tokenInvalid();
  return viewer;
};

/** @throws Problem 403 for everyone but admins */
export const requireAdmin = (viewer: Viewer): void => {
  if (!viewer.isAdmin) throw new Problem('forbidden', { role: ['must be admin'] });
};

/**
 * What an Authorization header claims.
 * @param header `Token <jwt>` or `Bearer <jwt>`
 * @returns undefined where there is no token, null where there is a bad one
 */
export const readClaims = async (tokens: Tokens, header: string | undefined): Promise<Claims | null | undefined> => {
  const token = /^(?:Token|Bearer)\s+(\S+)\s*$/i.exec(header ?? '')?.[1];
  if (token === undefined) return header === undefined || /^\s*(?:Token|Bearer)?\s*$/i.test(header) ? undefined : null;
  return (await tokens.read(token)) ?? null;
};
