import { articleOperations as operations } from '@scale-up/contract';
import type { Queries } from '@scale-up/database';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import type { Claims } from '../tokens.ts';
import { tokenInvalid } from '../viewer.ts';
import { setFavorite } from './favorites.ts';
import { listArticles, listFeed } from './lists.ts';
import { deleteArticle, findArticle, insertArticle, lockArticle, updateArticle } from './repository.ts';

const notFound = (): Problem => new Problem('not-found', { article: ['not found'] });

const answer = async (queries: Queries, claims: Claims | undefined, slug: string) => {
  const article = await findArticle(queries, claims, slug);
  if (!article) throw notFound();
  return { article };
};

/** @throws Problem 404, or 403 for everyone but its author */
const lockOwn = async (queries: Queries, viewerId: number, slug: string) => {
  const article = await lockArticle(queries, slug);
  if (!article) throw notFound();
  if (article.authorId !== viewerId) throw new Problem('forbidden', { article: ['forbidden'] });
  return article;
};

/** Articles, the feed, and favourites. */
export const articleRoutes = (routing: Routing): void => {
  routing.read(operations.articles, ({ query, claims }, queries) => {
    const { limit, offset, ...filter } = query;
    return listArticles(queries, claims, filter, { limit, offset });
  });

  routing.read(operations.feed, async ({ query, claims }, queries) => {
    const list = await listFeed(queries, claims, query);
    if (!list) throw tokenInvalid();
    return list;
  });

  routing.read(operations.article, ({ params, claims }, queries) => answer(queries, claims, params.slug));

  routing.write(operations.createArticle, async ({ body, viewer, claims }, queries) => {
    const slug = await insertArticle(queries, viewer.id, body.article);
    return answer(queries, claims, slug);
  });

  routing.write(operations.changeArticle, async ({ params, body, viewer, claims }, queries) => {
    const article = await lockOwn(queries, viewer.id, params.slug);
    const slug = await updateArticle(queries, article, body.article);
    return answer(queries, claims, slug);
  });

  routing.write(operations.deleteArticle, async ({ params, viewer }, queries) => {
    const { id } = await lockOwn(queries, viewer.id, params.slug);
    await deleteArticle(queries, id);
    return undefined;
  });

  for (const [operation, favorited] of [
    [operations.favorite, true],
    [operations.unfavorite, false],
  ] as const) {
    routing.write(operation, async ({ params, viewer, claims }, queries) => {
      if (!(await setFavorite(queries, { userId: viewer.id, slug: params.slug, favorited }))) throw notFound();
      return answer(queries, claims, params.slug);
    });
  }
};
