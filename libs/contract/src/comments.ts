import { Type, type Static } from 'typebox';
import { limits, slugParams, text, timestamp, wrapped } from './fields.ts';
import { operation } from './operation.ts';
import { Profile } from './profiles.ts';

export const Comment = Type.Object({
  id: Type.Integer(),
  createdAt: timestamp,
  updatedAt: timestamp,
  body: Type.String(),
  author: Profile,
});
export type Comment = Static<typeof Comment>;

export const CommentCreation = wrapped('comment', Type.Object({ body: text(limits.commentBody) }));

export const commentOperations = {
  comments: operation({
    method: 'GET',
    path: '/articles/:slug/comments',
    access: 'optional',
    summary: 'The comments of an article, oldest first',
    params: slugParams,
    status: 200,
    answer: Type.Object({ comments: Type.Array(Comment) }),
    problems: [404],
  }),
  createComment: operation({
    method: 'POST',
    path: '/articles/:slug/comments',
    access: 'user',
    summary: 'Comment on an article',
    params: slugParams,
    body: CommentCreation,
    status: 201,
    answer: wrapped('comment', Comment),
    problems: [401, 404],
  }),
  deleteComment: operation({
    method: 'DELETE',
    path: '/articles/:slug/comments/:id',
    access: 'user',
    summary: 'Delete a comment of one’s own',
    params: Type.Object({
      ...slugParams.properties,
      id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    }),
    status: 204,
    problems: [401, 403, 404],
  }),
};
