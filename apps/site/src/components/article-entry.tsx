import type { ArticleSummary } from '@scale-up/contract';
import { articleHref, tagHref } from './article-links.ts';
import { Byline } from './byline.tsx';
import { FavoriteButton } from './favorite-button.tsx';
import { TagList } from './tag-list.tsx';

type Props = { article: ArticleSummary; isLead: boolean; onChange: (article: ArticleSummary) => void };

export const ArticleEntry = ({ article, isLead, onChange }: Props) => (
  <article class={isLead ? 'entry lead' : 'entry'}>
    <h2>
      <a href={articleHref(article.slug)}>{article.title}</a>
    </h2>
    <p class="entry-description">{article.description}</p>
    <div class="entry-foot">
      <Byline author={article.author} at={article.createdAt} />
      <TagList tags={article.tagList} hrefOf={tagHref} label={`Tags of ${article.title}`} />
      <FavoriteButton article={article} onChange={(favored) => onChange({ ...article, ...favored })} />
    </div>
  </article>
);
