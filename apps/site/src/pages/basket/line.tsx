import type { Product } from '@scale-up/contract';
import { useId } from 'preact/hooks';
import { productHref } from '../../components/article-links.ts';
import { formatPrice } from '../../components/money.ts';
import { ProductPicture } from '../../components/product-picture.tsx';
import { FieldMessages } from '../../forms/field.tsx';
import { type BasketLine, isBasketLocked, removeFromBasket, setQuantity } from '../../state/basket.ts';
import { refusal } from '../../state/checkout.ts';
import { notify } from '../../state/notices.ts';
import { Quantity } from './quantity.tsx';
import type { Found } from './use-products.ts';

/** Takes the line out; the focus goes to its neighbour, where the next press would be expected. */
const remove = (button: HTMLElement, { product }: BasketLine, title: string): void => {
  if (isBasketLocked.peek()) return;
  const line = button.closest('li');
  const neighbour = line?.nextElementSibling ?? line?.previousElementSibling;
  (neighbour ?? document).querySelector<HTMLElement>(neighbour ? '.line-remove' : 'main h1')?.focus();
  removeFromBasket(product);
  notify(`${title} is out of the basket.`);
};

type Props = { line: BasketLine; found: Found };

/** What is wrong with a line: what the server said of it, or what can be seen already. */
const messagesOf = ({ product, quantity }: BasketLine, found: Product): string[] => {
  const said = refusal.value?.byProduct[product];
  if (said !== undefined) return [...said];
  if (found.stock >= quantity) return [];
  return [found.stock === 0 ? 'Out of stock' : `Only ${found.stock} left`];
};

const Known = ({ line, product }: { line: BasketLine; product: Product }) => {
  const id = useId();
  const messages = messagesOf(line, product);
  return (
    <>
      <p class="line-price">{formatPrice(product.price, product.currency)} each</p>
      <div class="line-quantity">
        <Quantity
          id={id}
          title={product.title}
          quantity={line.quantity}
          messages={messages}
          isLocked={isBasketLocked.value}
          onChange={(quantity) => setQuantity(line.product, quantity)}
        />
      </div>
      <div class="line-messages">
        <FieldMessages id={id} hint={undefined} messages={messages} />
      </div>
      <p class="price line-sum">
        <span class="visually-hidden">Subtotal </span>
        {formatPrice(product.price * line.quantity, product.currency)}
      </p>
    </>
  );
};

const Unknown = () => (
  <div class="line-price skeleton" aria-busy="true">
    <span class="visually-hidden">Looking up the price</span>
    <i class="bone short" />
  </div>
);

export const Line = ({ line, found }: Props) => {
  const title = found?.title ?? line.title;
  return (
    <li class="line">
      <ProductPicture image={found?.image ?? null} />
      <h2>{found === null ? title : <a href={productHref(line.product)}>{title}</a>}</h2>
      {found === null && <p class="field-error line-price">This is no longer in the shop.</p>}
      {found === undefined && <Unknown />}
      {found && <Known line={line} product={found} />}
      <button
        type="button"
        class="quiet line-remove"
        aria-label={`Remove ${title}`}
        aria-disabled={isBasketLocked.value}
        onClick={(event) => remove(event.currentTarget, line, title)}
      >
        Remove
      </button>
    </li>
  );
};
