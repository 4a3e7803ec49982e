import type { Product } from '@scale-up/contract';
import type { Output } from '../../api/call.ts';
import type { Answer } from '../../api/use-call.ts';
import { productHref } from '../../components/article-links.ts';
import { formatPrice } from '../../components/money.ts';
import { Pagination } from '../../components/pagination.tsx';
import { pagesOf } from '../../components/paging.ts';
import { Problem } from '../../components/problem.tsx';
import { ProductPicture } from '../../components/product-picture.tsx';
import { Stock } from '../../components/stock.tsx';

type Props = {
  answer: Answer<Output<'products'>>;
  page: number;
  hrefOf: (page: number) => string;
  isFiltered: boolean;
};

const Waiting = () => (
  <div aria-busy="true">
    <p class="visually-hidden">Loading the products</p>
    <ul class="products skeleton" aria-hidden="true">
      {[1, 2, 3, 4, 5, 6].map((number) => (
        <li key={number}>
          <i class="bone picture" />
          <i class="bone" />
        </li>
      ))}
    </ul>
  </div>
);

const Card = ({ product }: { product: Omit<Product, 'description'> }) => (
  <li class="product-card">
    <ProductPicture image={product.image} />
    <h2>
      <a href={productHref(product.slug)}>{product.title}</a>
    </h2>
    <div class="product-card-foot">
      <p class="price">{formatPrice(product.price, product.currency)}</p>
      <Stock stock={product.stock} />
    </div>
  </li>
);

const Empty = ({ isFiltered }: { isFiltered: boolean }) => (
  <div class="empty">
    <p class="empty-title">{isFiltered ? 'Nothing in the shop matches' : 'The shelves are empty'}</p>
    {isFiltered ? (
      <a class="button" href="/shop">
        See everything
      </a>
    ) : (
      <p>The first things are on their way.</p>
    )}
  </div>
);

/** A page of products in each of its states. */
export const ProductListing = ({ answer: { data, error, retry }, page, hrefOf, isFiltered }: Props) => {
  if (error !== undefined) return <Problem error={error} retry={retry} />;
  if (data === undefined) return <Waiting />;
  if (data.products.length === 0) return <Empty isFiltered={isFiltered || page > 1} />;
  return (
    <>
      <ul class="products">
        {data.products.map((product) => (
          <Card key={product.slug} product={product} />
        ))}
      </ul>
      <Pagination page={page} pages={pagesOf(data.productsCount)} hrefOf={hrefOf} />
    </>
  );
};
