import { type Database, isUnavailable } from '@scale-up/database';
import type { Claims } from '../tokens.ts';
import { requireAdmin, requireViewer } from '../viewer.ts';

/** Milliseconds that the database has to say who somebody is: a healthy one takes 5. The picture is asked for when it is not. */
const patience = 250;

const late = Symbol('late');

/**
 * Lets admins pass. The database says who they are; while it does not, the token's word counts, which says what they were when they logged in
 * (docs/decisions/0043).
 * @throws Problem 401 or 403
 */
export const requireAdminNow = async (database: Database, claims: Claims): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<typeof late>();
  const timer = setTimeout(resolve, patience, late);
  const asking = requireViewer(database.for({ patience: 0 }), claims);
  try {
    const viewer = await Promise.race([asking, promise]);
    if (viewer !== late) return requireAdmin(viewer);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
  } finally {
    clearTimeout(timer);
    // Nobody waits for it any more.
    asking.catch(() => {});
  }
  requireAdmin({ id: claims.userId, isAdmin: claims.role === 'admin' });
};
