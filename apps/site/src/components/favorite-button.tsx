import type { ArticleSummary } from '@scale-up/contract';
import { call } from '../api/call.ts';
import { Icon } from './icon.tsx';
import { useAction } from './use-action.ts';

type Favored = Pick<ArticleSummary, 'favorited' | 'favoritesCount'>;
type Props = { article: ArticleSummary; onChange: (favored: Favored) => void };

export const FavoriteButton = ({ article, onChange }: Props) => {
  const { slug, title, favorited, favoritesCount } = article;
  const { run, isBusy } = useAction(async () => {
    const { article: after } = await call(favorited ? 'unfavorite' : 'favorite', { params: { slug } });
    onChange({ favorited: after.favorited, favoritesCount: after.favoritesCount });
  });
  return (
    <button
      type="button"
      class="favorite"
      onClick={run}
      aria-pressed={favorited}
      aria-disabled={isBusy}
      aria-label={`Favourite “${title}”, ${favoritesCount} so far`}
    >
      <Icon name="heart" />
      <span>{favoritesCount}</span>
    </button>
  );
};
