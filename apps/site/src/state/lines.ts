import { limits } from 'virtual:contract';

/** What is to be ordered of one product. */
export type Line = { product: string; quantity: number };

export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= limits.title;

export const isQuantity = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= limits.quantity;

const isLine = (value: unknown): value is Line => {
  const line = value as Partial<Line> | null;
  return isText(line?.product) && isQuantity(line.quantity);
};

/** The lines in something stored: what is no line is left out, as is a product's second one. */
export const linesIn = <T extends Line>(value: unknown, complete: (line: Line & Partial<T>) => T): T[] => {
  const byProduct = new Map<string, T>();
  for (const line of Array.isArray(value) ? (value as unknown[]) : []) {
    if (isLine(line) && !byProduct.has(line.product) && byProduct.size < limits.orderLines)
      byProduct.set(line.product, complete(line as Line & Partial<T>));
  }
  return [...byProduct.values()];
};

export const bareLine = ({ product, quantity }: Line): Line => ({ product, quantity });
