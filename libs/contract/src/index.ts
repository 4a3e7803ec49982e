import { articleOperations } from './articles.ts';
import { clusterOperations } from './cluster.ts';
import { commentOperations } from './comments.ts';
import { orderOperations } from './orders.ts';
import { productOperations } from './products.ts';
import { profileOperations } from './profiles.ts';
import { tagOperations } from './tags.ts';
import { userOperations } from './users.ts';

/** Every operation of the API by its id. */
export const operations = {
  ...userOperations,
  ...profileOperations,
  ...articleOperations,
  ...commentOperations,
  ...tagOperations,
  ...productOperations,
  ...orderOperations,
  ...clusterOperations,
};
export type OperationId = keyof typeof operations;

export { articleOperations } from './articles.ts';
export { clusterOperations, ClusterEvent, clusterStream, partKinds } from './cluster.ts';
export { commentOperations } from './comments.ts';
export { orderOperations } from './orders.ts';
export { productOperations } from './products.ts';
export { profileOperations } from './profiles.ts';
export { tagOperations } from './tags.ts';
export { userOperations } from './users.ts';
export type { Article, ArticleList, ArticleSummary } from './articles.ts';
export type {
  ClusterAnswer,
  ClusterPart,
  ClusterPicture,
  ClusterServer,
  PartFigures,
  PartKind,
  PartState,
} from './cluster.ts';
export { type CallInput, type CallOutput, type HandlerInput, pathOf } from './call.ts';
export type { Comment } from './comments.ts';
export { limits } from './fields.ts';
export type { Access, Method, Operation } from './operation.ts';
export { ProblemDocument } from './problems.ts';
export type { Order, OrderList } from './orders.ts';
export type { Product, ProductList, ProductSummary } from './products.ts';
export type { Profile } from './profiles.ts';
export type { User } from './users.ts';
