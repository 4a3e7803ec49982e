import { Type, type Static } from 'typebox';
import { limits, page, slugParams, tagList, text, timestamp, wrapped } from './fields.ts';
import { operation } from './operation.ts';
import { Profile } from './profiles.ts';

const summary = {
  slug: Type.String(),
  title: Type.String(),
  description: Type.String(),
  tagList: Type.Array(Type.String()),
  createdAt: timestamp,
  updatedAt: timestamp,
  favorited: Type.Boolean(),
  favoritesCount: Type.Integer({ minimum: 0 }),
  author: Profile,
};

/** An article as lists show it: without its body. */
export const ArticleSummary = Type.Object(summary);
export type ArticleSummary = Static<typeof ArticleSummary>;

export const Article = Type.Object({ ...summary, body: Type.String() });
export type Article = Static<typeof Article>;

export const ArticleAnswer = wrapped('article', Article);
export const ArticleList = Type.Object({
  articles: Type.Array(ArticleSummary),
  articlesCount: Type.Integer({ minimum: 0 }),
});
export type ArticleList = Static<typeof ArticleList>;

export const ArticleQuery = Type.Object({
  tag: Type.Optional(Type.String({ maxLength: limits.tag })),
  author: Type.Optional(Type.String({ maxLength: limits.username })),
  favorited: Type.Optional(Type.String({ maxLength: limits.username })),
  ...page,
});
export const FeedQuery = Type.Object(page);

const fields = {
  title: text(limits.title),
  description: text(limits.description),
  body: text(limits.articleBody),
  tagList: Type.Optional(tagList),
};
export const ArticleCreation = wrapped('article', Type.Object(fields));
export const ArticleChange = wrapped('article', Type.Partial(Type.Object(fields)));

const one = { params: slugParams, status: 200, answer: ArticleAnswer } as const;

export const articleOperations = {
  articles: operation({
    method: 'GET',
    path: '/articles',
    access: 'optional',
    summary: 'Articles, newest first',
    query: ArticleQuery,
    status: 200,
    answer: ArticleList,
  }),
  feed: operation({
    method: 'GET',
    path: '/articles/feed',
    access: 'user',
    summary: 'Articles by the authors one follows, newest first',
    query: FeedQuery,
    status: 200,
    answer: ArticleList,
    problems: [401],
  }),
  article: operation({
    ...one,
    method: 'GET',
    path: '/articles/:slug',
    access: 'optional',
    summary: 'One article',
    problems: [404],
  }),
  createArticle: operation({
    method: 'POST',
    path: '/articles',
    access: 'user',
    summary: 'Publish an article',
    body: ArticleCreation,
    status: 201,
    answer: ArticleAnswer,
    problems: [401],
  }),
  changeArticle: operation({
    ...one,
    method: 'PUT',
    path: '/articles/:slug',
    access: 'user',
    summary: 'Change an article of one’s own',
    body: ArticleChange,
    problems: [401, 403, 404],
  }),
  deleteArticle: operation({
    method: 'DELETE',
    path: '/articles/:slug',
    access: 'user',
    summary: 'Delete an article of one’s own, with its comments and favourites',
    params: slugParams,
    status: 204,
    problems: [401, 403, 404],
  }),
  favorite: operation({
    ...one,
    method: 'POST',
    path: '/articles/:slug/favorite',
    access: 'user',
    summary: 'Make an article a favourite; repeating changes nothing',
    problems: [401, 404],
  }),
  unfavorite: operation({
    ...one,
    method: 'DELETE',
    path: '/articles/:slug/favorite',
    access: 'user',
    summary: 'Take a favourite back; repeating changes nothing',
    problems: [401, 404],
  }),
};
