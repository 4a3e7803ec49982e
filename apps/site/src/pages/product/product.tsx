import './product.css';
import type { Product } from '@scale-up/contract';
import { useCall } from '../../api/use-call.ts';
import { productHref } from '../../components/article-links.ts';
import { Markdown } from '../../components/markdown.tsx';
import { formatPrice } from '../../components/money.ts';
import { PageProblem } from '../../components/page-problem.tsx';
import { hrefWith } from '../../components/paging.ts';
import { ProductPicture } from '../../components/product-picture.tsx';
import { Stock } from '../../components/stock.tsx';
import { TagList } from '../../components/tag-list.tsx';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { isAdmin } from '../../state/session.ts';
import { AddToBasket } from './add-to-basket.tsx';
import { StockForm } from './stock-form.tsx';

const Waiting = () => (
  <div class="frame product skeleton" aria-busy="true">
    <i class="bone picture" />
    <div>
      <p class="visually-hidden">Loading the product</p>
      <i class="bone headline" />
      <i class="bone short" />
      <i class="bone tall" />
    </div>
  </div>
);

type Props = { product: Product; onChange: (product: Product) => void };

const Administration = ({ product, onChange }: Props) => (
  <section class="panel" aria-labelledby="administration">
    <div class="panel-head">
      <h2 id="administration">Stock: {product.stock}</h2>
      <a class="button" href={`${productHref(product.slug)}/edit`}>
        Edit product
      </a>
    </div>
    <StockForm slug={product.slug} onMoved={onChange} />
  </section>
);

const Loaded = ({ product, onChange }: Props) => {
  useTitle(product.title);
  return (
    <div class="frame product">
      <ProductPicture image={product.image} />
      <div class="product-text">
        <h1>{product.title}</h1>
        <div class="purchase">
          <div class="offer">
            <p class="price">{formatPrice(product.price, product.currency)}</p>
            <Stock stock={product.stock} />
          </div>
          <AddToBasket product={product} />
        </div>
        <Markdown source={product.description} />
        <TagList tags={product.tagList} hrefOf={(tag) => hrefWith('/shop', { tag })} />
        {isAdmin.value && <Administration product={product} onChange={onChange} />}
      </div>
    </div>
  );
};

export const ProductPage = ({ params }: PageProps) => {
  const { data, error, retry, change } = useCall('product', { params: { slug: params['slug'] ?? '' } });
  if (error !== undefined) return <PageProblem error={error} retry={retry} what="This product" />;
  if (data === undefined) return <Waiting />;
  return <Loaded product={data.product} onChange={(product) => change(() => ({ product }))} />;
};
