import { limits } from 'virtual:contract';
import { hrefWith } from '../../components/paging.ts';
import { navigate } from '../../router/location.ts';

type Props = { q: string | undefined; tag: string | undefined; tags: readonly string[] };

/** Search, and the tags that the products shown carry. */
export const ShopFilter = ({ q, tag, tags }: Props) => {
  const shown = [...new Set(tag === undefined ? tags : [tag, ...tags])].toSorted((a, b) => a.localeCompare(b));
  const search = (event: SubmitEvent): void => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('q');
    navigate(hrefWith('/shop', { q: typeof typed === 'string' ? typed.trim() : '', tag }));
  };
  return (
    <div class="shop-filter">
      <search>
        <form onSubmit={search} key={q}>
          <label class="visually-hidden" for="search">
            Search the shop
          </label>
          <input
            id="search"
            name="q"
            type="search"
            placeholder="Search the shop"
            defaultValue={q}
            maxLength={limits.search}
          />
          <button type="submit" class="button">
            Search
          </button>
        </form>
      </search>
      <ul class="tags" aria-label="Narrow down by tag">
        {shown.map((each) => (
          <li key={each}>
            <a
              href={hrefWith('/shop', { q, tag: each === tag ? undefined : each })}
              aria-current={each === tag ? 'true' : undefined}
            >
              {each}
              {each === tag && <span class="visually-hidden"> (chosen; show all products)</span>}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
};
