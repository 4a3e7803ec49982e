import { computed } from '@preact/signals';
import { limits } from 'virtual:contract';
import { checkout, refusal } from './checkout.ts';
import { isText, type Line, linesIn } from './lines.ts';
import { shared } from './shared.ts';

/** The title is the one that was seen: a product that is gone still has a name then. */
export type BasketLine = Line & { title: string };

const basketIn = (value: unknown): readonly BasketLine[] =>
  linesIn<BasketLine>(value, ({ product, quantity, title }) => ({
    product,
    quantity,
    title: isText(title) ? title : product,
  }));

/** The things that this browser's reader means to order. */
export const basket = shared('basket', basketIn);
export const basketCount = computed(() => basket.state.value.reduce((sum, { quantity }) => sum + quantity, 0));

/** While an order has no answer, what it was made of stays as it is. */
export const isBasketLocked = computed(() => checkout.state.value !== undefined);

const change = (next: (lines: readonly BasketLine[]) => readonly BasketLine[]): void => {
  if (checkout.latest() === undefined) basket.change(next(basket.latest()));
};

/** What a line of the refused order was told goes with the line's change, and the refusal with the last of them. */
const settle = (product: string): void => {
  if (refusal.peek() === undefined) return;
  const { [product]: _settled, ...byProduct } = refusal.peek()?.byProduct ?? {};
  refusal.value = Object.keys(byProduct).length > 0 ? { byProduct, others: [] } : undefined;
};

/**
 * Puts more of a product into the basket.
 * @returns why it cannot be done, if it cannot
 */
export const addToBasket = ({ product, title, quantity }: BasketLine): string | undefined => {
  const lines = basket.latest();
  const before = lines.find((line) => line.product === product);
  const total = (before?.quantity ?? 0) + quantity;
  if (checkout.latest() !== undefined)
    return 'Your last order has no answer yet. Until then the basket stays as it is.';
  if (total > limits.quantity) return `An order takes up to ${limits.quantity} of one thing.`;
  if (before === undefined && lines.length >= limits.orderLines)
    return `An order takes up to ${limits.orderLines} different things.`;
  if (before !== undefined) setQuantity(product, total);
  else change((all) => [...all, { product, title, quantity }]);
  return undefined;
};

export const setQuantity = (product: string, quantity: number): void => {
  settle(product);
  change((lines) => lines.map((line) => (line.product === product ? { ...line, quantity } : line)));
};

export const removeFromBasket = (product: string): void => {
  settle(product);
  change((lines) => lines.filter((line) => line.product !== product));
};

/** Takes out what was ordered; what was put in beside it stays. */
export const takeOrdered = (ordered: readonly Line[]): void => {
  const quantities = new Map(ordered.map(({ product, quantity }) => [product, quantity]));
  const rest = basket
    .latest()
    .map((line) => ({ ...line, quantity: line.quantity - (quantities.get(line.product) ?? 0) }));
  basket.change(rest.filter(({ quantity }) => quantity > 0));
};
