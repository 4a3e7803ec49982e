import { profileOperations as operations } from '@scale-up/contract';
import type { Queries } from '@scale-up/database';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import type { Claims } from '../tokens.ts';
import { findProfile, follow, unfollow } from './repository.ts';

const answer = async (queries: Queries, claims: Claims | undefined, username: string) => {
  const profile = await findProfile(queries, claims, username);
  if (!profile) throw new Problem('not-found', { profile: ['not found'] });
  return { profile };
};

/** Profiles, and following them. */
export const profileRoutes = (routing: Routing): void => {
  routing.read(operations.profile, ({ params, claims }, queries) => answer(queries, claims, params.username));

  routing.write(operations.follow, async ({ params, viewer, claims }, queries) => {
    await follow(queries, viewer.id, params.username);
    return answer(queries, claims, params.username);
  });

  routing.write(operations.unfollow, async ({ params, viewer, claims }, queries) => {
    await unfollow(queries, viewer.id, params.username);
    return answer(queries, claims, params.username);
  });
};
