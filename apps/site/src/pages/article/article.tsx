import './article.css';
import type { Article } from '@scale-up/contract';
import { useCall } from '../../api/use-call.ts';
import { tagHref } from '../../components/article-links.ts';
import { Byline } from '../../components/byline.tsx';
import { Day } from '../../components/day.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { PageProblem } from '../../components/page-problem.tsx';
import { TagList } from '../../components/tag-list.tsx';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { ArticleActions } from './article-actions.tsx';
import { Comments } from './comments.tsx';

const Waiting = () => (
  <div class="frame reading skeleton" aria-busy="true">
    <p class="visually-hidden">Loading the article</p>
    <i class="bone headline" />
    <i class="bone" />
    <i class="bone short" />
    <i class="bone tall" />
  </div>
);

type Props = { article: Article; onChange: (article: Article) => void };

const Loaded = ({ article, onChange }: Props) => {
  useTitle(article.title);
  const isEdited = article.updatedAt.slice(0, 10) !== article.createdAt.slice(0, 10);
  return (
    <div class="frame reading">
      <article>
        <header class="article-header">
          <h1>{article.title}</h1>
          <p class="standfirst">{article.description}</p>
          <div class="article-meta">
            <Byline author={article.author} at={article.createdAt} />
            {isEdited && (
              <p class="edited">
                changed <Day at={article.updatedAt} />
              </p>
            )}
            <ArticleActions article={article} onChange={onChange} />
          </div>
        </header>
        <Markdown source={article.body} />
        <footer class="article-footer">
          <TagList tags={article.tagList} hrefOf={tagHref} />
        </footer>
      </article>
      <Comments slug={article.slug} />
    </div>
  );
};

export const ArticlePage = ({ params }: PageProps) => {
  const answer = useCall('article', { params: { slug: params['slug'] ?? '' } });
  if (answer.error !== undefined) return <PageProblem error={answer.error} retry={answer.retry} what="This article" />;
  if (answer.data === undefined) return <Waiting />;
  return <Loaded article={answer.data.article} onChange={(article) => answer.change(() => ({ article }))} />;
};
