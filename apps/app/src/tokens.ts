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

/**
 * Signs and reads tokens (JWT, RFC 7519).
 * @param secret at least 32 bytes
 * @param lifetimeHours until a token expires
 */
export const createTokens = (secret: Secret, lifetimeHours: number): Tokens => {
  const key = new TextEncoder().encode(secret.reveal());
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
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [algorithm], issuer });
        const userId = Number(payload.sub);
        const version = Number(payload['version']);
        // What the columns can hold, or asking for it would be a fault of ours.
        const isPossible =
          Number.isSafeInteger(userId) && Number.isInteger(version) && version >= 0 && version < 2 ** 31;
        const role = typeof payload['role'] === 'string' ? payload['role'] : '';
        return isPossible ? { userId, version, role } : undefined;
      } catch {
        return undefined;
      }
    },
  };
};
