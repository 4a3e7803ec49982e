import './basket.css';
import { useEffect } from 'preact/hooks';
import { formatPrice } from '../../components/money.ts';
import { Problem } from '../../components/problem.tsx';
import { useTitle } from '../../router/arrival.ts';
import { basket, type BasketLine } from '../../state/basket.ts';
import { checkout, refusal } from '../../state/checkout.ts';
import { Checkout } from './checkout.tsx';
import { Line } from './line.tsx';
import { type Found, useProducts } from './use-products.ts';

type Of = (product: string) => Found;

/** The total by currency, of what is in the shop. */
const totalsOf = (lines: readonly BasketLine[], of: Of): [string, number][] => {
  const totals = new Map<string, number>();
  for (const { product, quantity } of lines) {
    const found = of(product);
    if (found) totals.set(found.currency, (totals.get(found.currency) ?? 0) + found.price * quantity);
  }
  return [...totals];
};

/** Why the basket cannot become an order as it is. */
const obstacleOf = (lines: readonly BasketLine[], of: Of, currencies: readonly string[]): string | undefined => {
  if (lines.some(({ product }) => of(product) === null))
    return 'Remove what is no longer in the shop to order the rest.';
  if (currencies.length > 1)
    return `An order has one currency, and here are ${currencies.join(' and ')}. Remove some things and order them after the others.`;
  return undefined;
};

const Summary = ({ lines, of }: { lines: readonly BasketLine[]; of: Of }) => {
  const totals = totalsOf(lines, of);
  const isComplete = lines.length > 0 && lines.every(({ product }) => of(product) !== undefined);
  const obstacle = obstacleOf(
    lines,
    of,
    totals.map(([currency]) => currency),
  );
  const hasCheckout = checkout.state.value !== undefined;
  return (
    <section class="summary" aria-labelledby="total">
      <h2 id="total">Total</h2>
      {isComplete && totals.length > 0 && (
        <p class="summary-total">
          {totals.map(([currency, total]) => (
            <span class="price" key={currency}>
              {formatPrice(total, currency)}
            </span>
          ))}
        </p>
      )}
      {obstacle !== undefined && !hasCheckout && <p class="obstacle">{obstacle}</p>}
      {(hasCheckout || (isComplete && obstacle === undefined)) && <Checkout />}
    </section>
  );
};

const Empty = () => (
  <div class="empty">
    <p class="empty-title">Your basket is empty</p>
    <p>What you put into it in the shop stays here, on this device.</p>
    <a class="button" href="/shop">
      Look into the shop
    </a>
  </div>
);

export const BasketPage = () => {
  useTitle('Basket');
  const lines = basket.state.value;
  const products = useProducts(lines.map(({ product }) => product));
  const isRefused = refusal.value !== undefined;
  useEffect(() => {
    // What the server refused shows that what is known here is old.
    if (isRefused) products.refresh();
  }, [isRefused]);
  return (
    <div class="frame basket">
      <h1 tabIndex={-1}>Basket</h1>
      {products.error !== undefined && <Problem error={products.error} retry={products.refresh} />}
      {lines.length === 0 && checkout.state.value === undefined ? (
        <Empty />
      ) : (
        <div class="basket-parts">
          <ul class="lines" aria-label="Things in the basket">
            {lines.map((line) => (
              <Line key={line.product} line={line} found={products.of(line.product)} />
            ))}
          </ul>
          <Summary lines={lines} of={products.of} />
        </div>
      )}
    </div>
  );
};
