import './shop.css';
import { useCall } from '../../api/use-call.ts';
import { hrefWith, pageOf, windowOf } from '../../components/paging.ts';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { isAdmin } from '../../state/session.ts';
import { ProductListing } from './product-listing.tsx';
import { ShopFilter } from './shop-filter.tsx';

const titleOf = (q: string | undefined, tag: string | undefined, page: number): string => {
  const subject = [q === undefined ? '' : `“${q}”`, tag ?? ''].filter(Boolean).join(', ');
  return `${subject === '' ? 'Shop' : `Shop: ${subject}`}${page > 1 ? `, page ${page}` : ''}`;
};

export const ShopPage = ({ query }: PageProps) => {
  const q = query.get('q')?.trim() || undefined;
  const tag = query.get('tag') || undefined;
  const page = pageOf(query);
  const filter = { ...(q === undefined ? {} : { q }), ...(tag === undefined ? {} : { tag }) };
  const answer = useCall('products', { query: { ...filter, ...windowOf(page) } });
  useTitle(titleOf(q, tag, page));
  return (
    <div class="frame shop">
      <header class="shop-header">
        <div>
          <h1>Shop</h1>
          <p class="lede">Few things, made to be used for a long time.</p>
        </div>
        {isAdmin.value && (
          <a class="button" href="/shop/new">
            New product
          </a>
        )}
      </header>
      <ShopFilter q={q} tag={tag} tags={answer.data?.products.flatMap(({ tagList }) => tagList) ?? []} />
      <ProductListing
        answer={answer}
        page={page}
        hrefOf={(number) => hrefWith('/shop', { q, tag, page: number })}
        isFiltered={q !== undefined || tag !== undefined}
      />
    </div>
  );
};
