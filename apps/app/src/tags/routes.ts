import { tagOperations as operations } from '@scale-up/contract';
import type { Database } from '@scale-up/database';
import type { Routing } from '../routing.ts';
import { findTags } from './repository.ts';

/** The list of tags. */
export const tagRoutes = (routing: Routing, database: Database): void => {
  routing.read(operations.tags, async () => ({ tags: await findTags(database) }));
};
