import { useCall } from '../../api/use-call.ts';
import { productHref } from '../../components/article-links.ts';
import { formatPrice } from '../../components/money.ts';
import { ProductPicture } from '../../components/product-picture.tsx';

/** Three things from the shop. Without them the page lacks nothing, so faults are not shown. */
export const ShopWindow = () => {
  const { data } = useCall('products', { query: { limit: 3 } });
  if (data === undefined || data.products.length === 0) return null;
  return (
    <section class="shop-window" aria-labelledby="shop-window">
      <h2 id="shop-window">From the shop</h2>
      <ul>
        {data.products.map((product) => (
          <li key={product.slug}>
            <ProductPicture image={product.image} />
            <div>
              <a href={productHref(product.slug)}>{product.title}</a>
              <p>{formatPrice(product.price, product.currency)}</p>
            </div>
          </li>
        ))}
      </ul>
      <a class="more" href="/shop">
        Everything in the shop
      </a>
    </section>
  );
};
