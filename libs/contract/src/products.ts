import { Type, type Static } from 'typebox';
import { limits, nullableText, page, slugParams, tagList, text, timestamp, wrapped } from './fields.ts';
import { operation } from './operation.ts';

const summary = {
  slug: Type.String(),
  title: Type.String(),
  price: Type.Integer({ minimum: 0, description: 'in minor units of the currency' }),
  currency: Type.String({ description: 'ISO 4217 code' }),
  stock: Type.Integer({ minimum: 0 }),
  image: Type.Unsafe<string | null>({ type: ['string', 'null'] }),
  tagList: Type.Array(Type.String()),
  createdAt: timestamp,
  updatedAt: timestamp,
};

/** A product as lists show it: without its description. */
export const ProductSummary = Type.Object(summary);
export type ProductSummary = Static<typeof ProductSummary>;

export const Product = Type.Object({ ...summary, description: Type.String() });
export type Product = Static<typeof Product>;

export const ProductAnswer = wrapped('product', Product);
export const ProductList = Type.Object({
  products: Type.Array(ProductSummary),
  productsCount: Type.Integer({ minimum: 0 }),
});
export type ProductList = Static<typeof ProductList>;

export const ProductQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: limits.search })),
  tag: Type.Optional(Type.String({ maxLength: limits.tag })),
  ...page,
});

const fields = {
  title: text(limits.title),
  description: text(limits.productDescription),
  price: Type.Integer({ minimum: 0, maximum: limits.price }),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', default: 'EUR' })),
  image: Type.Optional(nullableText(limits.url)),
  tagList: Type.Optional(tagList),
};
export const ProductCreation = wrapped(
  'product',
  Type.Object({ ...fields, stock: Type.Integer({ minimum: 0, maximum: limits.stock }) }),
);
export const ProductChange = wrapped(
  'product',
  Type.Partial(Type.Object({ ...fields, currency: Type.String({ pattern: '^[A-Z]{3}$' }) })),
);
export const StockChange = wrapped(
  'stock',
  Type.Object({
    delta: Type.Integer({ minimum: -limits.stock, maximum: limits.stock }),
    reason: text(limits.reason),
  }),
);

export const productOperations = {
  products: operation({
    method: 'GET',
    path: '/products',
    access: 'public',
    summary: 'Products, newest first, or by relevance when searched',
    query: ProductQuery,
    status: 200,
    answer: ProductList,
  }),
  product: operation({
    method: 'GET',
    path: '/products/:slug',
    access: 'public',
    summary: 'One product',
    params: slugParams,
    status: 200,
    answer: ProductAnswer,
    problems: [404],
  }),
  createProduct: operation({
    method: 'POST',
    path: '/products',
    access: 'admin',
    summary: 'Add a product',
    body: ProductCreation,
    status: 201,
    answer: ProductAnswer,
    problems: [401, 403],
  }),
  changeProduct: operation({
    method: 'PUT',
    path: '/products/:slug',
    access: 'admin',
    summary: 'Change a product; its stock changes only through stock movements',
    params: slugParams,
    body: ProductChange,
    status: 200,
    answer: ProductAnswer,
    problems: [401, 403, 404],
  }),
  changeStock: operation({
    method: 'POST',
    path: '/products/:slug/stock',
    access: 'admin',
    summary: 'Move stock in or out, with a reason',
    params: slugParams,
    body: StockChange,
    status: 200,
    answer: ProductAnswer,
    problems: [401, 403, 404, 409],
  }),
};
