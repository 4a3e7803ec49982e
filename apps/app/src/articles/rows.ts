import type { Article, ArticleSummary, Profile } from '@scale-up/contract';
import { profileColumns } from '../profiles/repository.ts';

export type SummaryRow = Omit<ArticleSummary, 'author'> & Profile;
export type ArticleRow = SummaryRow & { readonly body: string };

/** From a row `a` of articles and its author `u`, for the viewer of `viewerTable`. */
export const summaryColumns = `a.slug, a.title, a.description, a.tag_list AS "tagList",
  a.created_at AS "createdAt", a.updated_at AS "updatedAt", a.favorites_count AS "favoritesCount",
  EXISTS (SELECT FROM favorites x WHERE x.user_id = (SELECT id FROM viewer) AND x.article_id = a.id) AS favorited,
  ${profileColumns}`;

// Each property by its name: rest and spread cost 20 articles 5 µs more.
export const toSummary = (row: SummaryRow): ArticleSummary => ({
  slug: row.slug,
  title: row.title,
  description: row.description,
  tagList: row.tagList,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  favorited: row.favorited,
  favoritesCount: row.favoritesCount,
  author: { username: row.username, bio: row.bio, image: row.image, following: row.following },
});

export const toArticle = (row: ArticleRow): Article => ({ ...toSummary(row), body: row.body });
