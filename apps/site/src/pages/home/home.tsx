import './home.css';
import { MembersOnly } from '../../components/members-only.tsx';
import { pageOf } from '../../components/paging.ts';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { session } from '../../state/session.ts';
import { Hero } from './hero.tsx';
import { FeedListing, JournalListing } from './listings.tsx';
import { ShopWindow } from './shop-window.tsx';
import { Subjects } from './subjects.tsx';

const titleOf = (isFeed: boolean, tag: string | undefined): string => {
  if (isFeed) return 'Your feed';
  return tag === undefined ? 'Halyard' : `Articles on ${tag}`;
};

const Tabs = ({ isFeed, isAll }: { isFeed: boolean; isAll: boolean }) => (
  <nav class="tabs" aria-label="Feeds">
    <a href="/" aria-current={isAll ? 'page' : undefined}>
      Everyone
    </a>
    <a href="/feed" aria-current={isFeed ? 'page' : undefined}>
      Your feed
    </a>
  </nav>
);

export const HomePage = ({ params, query }: PageProps) => {
  const isFeed = params['feed'] !== undefined;
  const tag = isFeed ? undefined : (query.get('tag') ?? undefined);
  const page = pageOf(query);
  const title = titleOf(isFeed, tag);
  const isFront = title === 'Halyard' && page === 1;
  const heading = title === 'Halyard' ? 'All articles' : title;
  useTitle(page === 1 ? title : `${heading}, page ${page}`);
  return (
    <div class="home">
      {isFront ? <Hero /> : <h1 class="frame plain-title">{page === 1 ? heading : `${heading}, page ${page}`}</h1>}
      <div class="frame columns">
        <section class="main-column" aria-label="Articles">
          {session.value !== undefined && <Tabs isFeed={isFeed} isAll={!isFeed && tag === undefined} />}
          {isFeed ? (
            <MembersOnly>
              <FeedListing page={page} />
            </MembersOnly>
          ) : (
            <JournalListing page={page} tag={tag} hasLead={isFront} />
          )}
        </section>
        <aside class="side-column">
          <Subjects tag={tag} />
          <ShopWindow />
        </aside>
      </div>
    </div>
  );
};
