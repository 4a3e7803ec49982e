import { createSecretKey } from 'node:crypto';
import type { Secret } from '@scale-up/config';
import { jwtVerify, SignJWT } from 'jose';

/**
 * What a token says. `version` is the account's at the time; the account's own decides whether the token still counts. `role` is the account's at the time as
 * well: for a client to decide what to show, and for cluster/admin.ts; everybody else asks the database.
 */
export type Claims = { readonly userId: number; readonly version: number; readonly role: string };

export type Tokens = {
  readonly sign: (claims: Claims) => Promise<string>;
  /** Undefined for a token that is expired, forged, or none of ours. */
  readonly read: (token: string) => Promise<Claims | undefined>;
};

const algorithm = 'HS256';
const issuer = 'scale-up';

/** Tokens that are remembered as verified: a megabyte or two. Who is logged in shows the same one with every request, and its signature costs more than all that is read of it. */
const most = 5_000;

/**
 * Signs and reads tokens (JWT, RFC 7519).
 * @param secret at least 32 bytes
 * @param lifetimeHours until a token expires
 */
export const createTokens = (secret: Secret, lifetimeHours: number): Tokens => {
  const key = createSecretKey(secret.reveal(), 'utf8');
  const verified = new Map<string, { readonly claims: Claims; readonly until: number }>();
  const remember = (token: string, claims: Claims, until: number): void => {
    // The one that has been there for longest; whoever still shows it is verified again.
    if (verified.size >= most) verified.delete(verified.keys().next().value ?? '');
    verified.set(token, { claims, until });
  };
  return {
    sign: ({ userId, version, role }) =>
      new SignJWT({ version, role })
        .setProtectedHeader({ alg: algorithm })
        .setSubject(String(userId))
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime(`${lifetimeHours}h`)
        .sign(key),
    read: async (token) => {
      const known = verified.get(token);
      if (known && Date.now() < known.until) return known.claims;
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [algorithm], issuer });
        const userId = Number(payload.sub);
        const version = Number(payload['version']);
        // What the columns can hold, or asking for it would be a fault of ours.
        const isPossible =
          Number.isSafeInteger(userId) && Number.isInteger(version) && version >= 0 && version < 2 ** 31;
        const role = typeof payload['role'] === 'string' ? payload['role'] : '';
        if (!isPossible) return undefined;
        const claims = { userId, version, role };
        // RFC 7519 4.1.4: in seconds. One that never expires is none of ours.
        if (payload.exp !== undefined) remember(token, claims, payload.exp * 1_000);
        return claims;
      } catch {
        return undefined;
      }
    },
  };
};
