import { Problem } from '@scale-up/service';
import type { Line, OrderedProduct } from './repository.ts';

const bySlug = (products: readonly OrderedProduct[]) => new Map(products.map((product) => [product.slug, product]));

/** What is wrong with an order's lines, however much is in stock; undefined where nothing is. */
export const faultOf = (lines: readonly Line[], products: readonly OrderedProduct[]): Problem | undefined => {
  const errors: Record<string, string[]> = {};
  const known = bySlug(products);
  const seen = new Set<string>();
  for (const [index, { product }] of lines.entries()) {
    if (!known.has(product)) errors[`lines.${index}.product`] = ['not found'];
    else if (seen.has(product)) errors[`lines.${index}.product`] = ['is there twice'];
    seen.add(product);
  }
  const currencies = new Set(products.map(({ currency }) => currency));
  if (currencies.size > 1) errors['lines'] = ['must all be in one currency'];
  return Object.keys(errors).length > 0 ? new Problem('validation-failed', errors) : undefined;
};

/** Names every line that asks for more than there is. */
export const outOfStock = (lines: readonly Line[], products: readonly OrderedProduct[]): Problem => {
  const errors: Record<string, string[]> = {};
  const known = bySlug(products);
  for (const [index, { product, quantity }] of lines.entries()) {
    const stock = known.get(product)?.stock ?? 0;
    if (stock < quantity) errors[`lines.${index}.quantity`] = [`only ${stock} left`];
  }
  return new Problem('out-of-stock', errors);
};

/** Its outcome has been forgotten, or it would have been repeated; the order has not. */
export const keyUsed = (id: string): Problem =>
  new Problem('conflict', { 'idempotency-key': [`was used for order ${id}`] });
