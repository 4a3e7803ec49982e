import type { ArticleList } from '@scale-up/contract';
import type { ComponentChildren } from 'preact';
import type { Answer } from '../api/use-call.ts';
import { ArticleEntry } from './article-entry.tsx';
import { Pagination } from './pagination.tsx';
import { pagesOf } from './paging.ts';
import { Problem } from './problem.tsx';

type Props = {
  answer: Answer<ArticleList>;
  page: number;
  hrefOf: (page: number) => string;
  empty: ComponentChildren;
  hasLead?: boolean;
};

const Waiting = () => (
  <div class="entries" aria-busy="true">
    <p class="visually-hidden">Loading articles</p>
    {[1, 2, 3, 4, 5].map((number) => (
      <div class="entry skeleton" key={number} aria-hidden="true">
        <i class="bone title" />
        <i class="bone" />
        <i class="bone short" />
      </div>
    ))}
  </div>
);

/** A page of articles in each of its states. */
export const ArticleListing = ({ answer, page, hrefOf, empty, hasLead = false }: Props) => {
  const { data, error, retry, change } = answer;
  if (error !== undefined) return <Problem error={error} retry={retry} />;
  if (data === undefined) return <Waiting />;
  if (data.articlesCount === 0) return <div class="empty">{empty}</div>;
  if (data.articles.length === 0)
    return (
      <div class="empty">
        <p>There is no page {page}.</p>
        <a href={hrefOf(1)}>Go to the first page</a>
      </div>
    );
  return (
    <>
      <div class="entries">
        {data.articles.map((article, index) => (
          <ArticleEntry
            key={article.slug}
            article={article}
            isLead={hasLead && index === 0}
            onChange={(changed) =>
              change((list) => ({
                ...list,
                articles: list.articles.map((each) => (each.slug === changed.slug ? changed : each)),
              }))
            }
          />
        ))}
      </div>
      <Pagination page={page} pages={pagesOf(data.articlesCount)} hrefOf={hrefOf} />
    </>
  );
};
