import './profile.css';
import type { Profile } from '@scale-up/contract';
import { useCall } from '../../api/use-call.ts';
import { profileHref } from '../../components/article-links.ts';
import { ArticleListing } from '../../components/article-listing.tsx';
import { PageProblem } from '../../components/page-problem.tsx';
import { hrefWith, pageOf, windowOf } from '../../components/paging.ts';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { ProfileHeader } from './profile-header.tsx';

type ListProps = { username: string; isFavorites: boolean; page: number };

const Articles = ({ username, isFavorites, page }: ListProps) => {
  const filter = isFavorites ? { favorited: username } : { author: username };
  const path = isFavorites ? `${profileHref(username)}/favorites` : profileHref(username);
  return (
    <ArticleListing
      answer={useCall('articles', { query: { ...filter, ...windowOf(page) } })}
      page={page}
      hrefOf={(number) => hrefWith(path, { page: number })}
      empty={<p class="empty-title">{isFavorites ? 'No favourites yet' : 'Nothing written yet'}</p>}
    />
  );
};

type Props = ListProps & { profile: Profile; onChange: (profile: Profile) => void };

const Loaded = ({ profile, onChange, isFavorites, page }: Props) => {
  const { username } = profile;
  useTitle(isFavorites ? `Favourites of ${username}` : username);
  return (
    <div class="profile">
      <ProfileHeader profile={profile} onChange={onChange} />
      <div class="frame reading">
        <nav class="tabs" aria-label="Articles of this profile">
          <a href={profileHref(username)} aria-current={isFavorites ? undefined : 'page'}>
            Articles
          </a>
          <a href={`${profileHref(username)}/favorites`} aria-current={isFavorites ? 'page' : undefined}>
            Favourites
          </a>
        </nav>
        <Articles username={username} isFavorites={isFavorites} page={page} />
      </div>
    </div>
  );
};

const Waiting = () => (
  <div class="profile-header" aria-busy="true">
    <div class="frame reading skeleton">
      <p class="visually-hidden">Loading the profile</p>
      <i class="bone headline" />
      <i class="bone short" />
    </div>
  </div>
);

export const ProfilePage = ({ params, query }: PageProps) => {
  const username = params['username'] ?? '';
  const { data, error, retry, change } = useCall('profile', { params: { username } });
  if (error !== undefined) return <PageProblem error={error} retry={retry} what="This profile" />;
  if (data === undefined) return <Waiting />;
  return (
    <Loaded
      profile={data.profile}
      username={username}
      onChange={(profile) => change(() => ({ profile }))}
      isFavorites={params['tab'] === 'favorites'}
      page={pageOf(query)}
    />
  );
};
