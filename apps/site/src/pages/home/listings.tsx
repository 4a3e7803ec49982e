import { useCall } from '../../api/use-call.ts';
import { ArticleListing } from '../../components/article-listing.tsx';
import { hrefWith, windowOf } from '../../components/paging.ts';

export const FeedListing = ({ page }: { page: number }) => (
  <ArticleListing
    answer={useCall('feed', { query: windowOf(page) })}
    page={page}
    hrefOf={(number) => hrefWith('/feed', { page: number })}
    empty={
      <>
        <p class="empty-title">Nothing in your feed yet</p>
        <p>Follow the authors you like: what they write appears here.</p>
        <a class="button" href="/">
          Find authors in the journal
        </a>
      </>
    }
  />
);

type Props = { page: number; tag: string | undefined; hasLead: boolean };

export const JournalListing = ({ page, tag, hasLead }: Props) => (
  <ArticleListing
    answer={useCall('articles', { query: tag === undefined ? windowOf(page) : { tag, ...windowOf(page) } })}
    page={page}
    hasLead={hasLead}
    hrefOf={(number) => hrefWith('/', { tag, page: number })}
    empty={
      tag === undefined ? (
        <>
          <p class="empty-title">The journal is still blank</p>
          <p>The first article is the hardest one. It could be yours.</p>
          <a class="button" href="/editor">
            Write it
          </a>
        </>
      ) : (
        <>
          <p class="empty-title">No article carries the tag “{tag}”</p>
          <a class="button" href="/">
            See all articles
          </a>
        </>
      )
    }
  />
);
