import type { Article } from '@scale-up/contract';
import { call } from '../../api/call.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { FavoriteButton } from '../../components/favorite-button.tsx';
import { FollowButton } from '../../components/follow-button.tsx';
import { navigate } from '../../router/location.ts';
import { notify } from '../../state/notices.ts';
import { session } from '../../state/session.ts';

type Props = { article: Article; onChange: (article: Article) => void };

const remove = async (slug: string): Promise<void> => {
  await call('deleteArticle', { params: { slug } });
  notify('The article is deleted.');
  navigate('/', { replace: true });
};

const OwnerActions = ({ slug }: { slug: string }) => (
  <>
    <a class="button" href={`/editor/${encodeURIComponent(slug)}`}>
      Edit article
    </a>
    <ConfirmButton
      label="Delete article"
      question="Delete this article, with its comments and favourites? It cannot be brought back."
      confirm="Delete it"
      work={() => remove(slug)}
    />
  </>
);

export const ArticleActions = ({ article, onChange }: Props) => (
  <div class="actions">
    {article.author.username === session.value?.username ? (
      <OwnerActions slug={article.slug} />
    ) : (
      <FollowButton profile={article.author} onChange={(author) => onChange({ ...article, author })} />
    )}
    <FavoriteButton article={article} onChange={(favored) => onChange({ ...article, ...favored })} />
  </div>
);
