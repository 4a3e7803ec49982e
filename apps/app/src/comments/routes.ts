import { commentOperations as operations } from '@scale-up/contract';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import { deleteComment, findComments, insertComment, isArticle, lockComment } from './repository.ts';

const articleNotFound = (): Problem => new Problem('not-found', { article: ['not found'] });

/** The comments of an article. */
export const commentRoutes = (routing: Routing): void => {
  routing.read(operations.comments, async ({ params, claims }, queries) => {
    const comments = await findComments(queries, claims, params.slug);
    if (!comments) throw articleNotFound();
    return { comments };
  });

  routing.write(operations.createComment, async ({ params, body, claims }, queries) => {
    const comment = await insertComment(queries, claims, params.slug, body.comment.body);
    if (!comment) throw articleNotFound();
    return { comment };
  });

  routing.write(operations.deleteComment, async ({ params, viewer }, queries) => {
    const comment = await lockComment(queries, params.slug, params.id);
    if (!comment) {
      throw (await isArticle(queries, params.slug))
        ? new Problem('not-found', { comment: ['not found'] })
        : articleNotFound();
    }
    if (comment.authorId !== viewer.id) throw new Problem('forbidden', { comment: ['forbidden'] });
    await deleteComment(queries, params.id);
    return undefined;
  });
};
