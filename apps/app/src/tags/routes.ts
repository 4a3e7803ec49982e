import { tagOperations as operations } from '@scale-up/contract';
import type { Routing } from '../routing.ts';
import { findTags } from './repository.ts';

/** The list of tags. */
export const tagRoutes = (routing: Routing): void => {
  routing.read(operations.tags, async (_input, queries) => ({ tags: await findTags(queries) }));
};
