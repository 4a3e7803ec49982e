import type { Order } from '@scale-up/contract';

/** The name that an order goes by: the start of its id, which says enough among one person's orders. */
export const orderName = ({ id }: Order): string => `Order ${id.slice(0, 8)}`;

/** What was ordered, in one line. */
export const contentOf = ({ lines }: Order): string => {
  const [first, ...others] = lines;
  if (first === undefined) return '';
  return others.length === 0 ? first.title : `${first.title} and ${others.length} more`;
};
