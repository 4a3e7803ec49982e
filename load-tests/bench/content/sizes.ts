/** How much a site holds. */
export type Sizes = {
  readonly users: number;
  readonly articles: number;
  readonly orders: number;
  readonly products: number;
};

/** A site of its first week, and the same site a thousand times as large. Its catalogue grows with its orders, but not as fast: to a hundred orders a product. */
export const sizes = {
  young: { users: 100, articles: 1_000, orders: 1_000, products: 1_000 },
  grown: { users: 100_000, articles: 1_000_000, orders: 1_000_000, products: 10_000 },
} as const satisfies Record<string, Sizes>;

export type SizeName = keyof typeof sizes;

/** Who asks. This one follows, favours and orders as much on a small site as on a large one: what grows then grew with the tables, not with the answer. */
export const reader = { id: 1, follows: 50, orders: 100 } as const;

/** On one article in ten, however many there are. */
export const commonTag = 'tag-0';

/** In the title of one product in twenty. */
export const commonWord = 'lamp';
