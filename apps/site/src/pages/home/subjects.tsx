import { useCall } from '../../api/use-call.ts';
import { tagHref } from '../../components/article-links.ts';

const Bones = () => (
  <div class="skeleton" aria-hidden="true">
    <i class="bone" />
    <i class="bone short" />
    <i class="bone" />
  </div>
);

/** All tags; the chosen one leads back to all articles. */
export const Subjects = ({ tag }: { tag: string | undefined }) => {
  const { data, error, retry } = useCall('tags', {});
  return (
    <nav class="subjects" aria-label="Tags">
      <h2>Tags</h2>
      {data === undefined && error === undefined && <Bones />}
      {error !== undefined && (
        <p>
          The tags did not load.{' '}
          <button type="button" class="quiet" onClick={retry}>
            Retry loading the tags
          </button>
        </p>
      )}
      {data?.tags.length === 0 && <p>No article carries a tag yet.</p>}
      <ul class="tags">
        {data?.tags.map((each) => (
          <li key={each}>
            <a href={each === tag ? '/' : tagHref(each)} aria-current={each === tag ? 'true' : undefined}>
              {each}
              {each === tag && <span class="visually-hidden"> (chosen; show all articles)</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};
