import type { OperationId } from '@scale-up/contract';

/** What readers who are not logged in are shown together, and stale together. */
export type Group = 'articles' | 'comments' | 'profiles' | 'products';

/** Reads whose anonymous answers are cached, with the group that makes them stale. What is not here always asks the database. */
export const cachedReads: Readonly<Partial<Record<OperationId, Group>>> = {
  articles: 'articles',
  article: 'articles',
  tags: 'articles',
  comments: 'comments',
  profile: 'profiles',
  products: 'products',
  product: 'products',
};

/** What each write changes for a reader who is not logged in. Every write is here; a test holds the list to the contract. */
export const changedBy: Readonly<Record<string, readonly Group[]>> = {
  register: [],
  login: [],
  // Name and picture stand beside everything one wrote.
  changeUser: ['profiles', 'articles', 'comments'],
  follow: [],
  unfollow: [],
  createArticle: ['articles'],
  changeArticle: ['articles', 'comments'],
  deleteArticle: ['articles', 'comments'],
  favorite: ['articles'],
  unfavorite: ['articles'],
  createComment: ['comments'],
  deleteComment: ['comments'],
  createProduct: ['products'],
  changeProduct: ['products'],
  changeStock: ['products'],
  createOrder: ['products'],
  cancelOrder: ['products'],
};
