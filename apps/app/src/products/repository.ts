import type { Product, ProductList, ProductSummary } from '@scale-up/contract';
import { type Queries, type Statement, statement } from '@scale-up/database';
import { freeSlug, slugCandidates } from '../slug.ts';
import { orderedTags } from '../tags/repository.ts';

const summaryColumns = `p.slug, p.title, p.price, p.currency, p.stock, p.image, p.tag_list AS "tagList",
  p.created_at AS "createdAt", p.updated_at AS "updatedAt"`;

const bySlug = statement<Product>(
  'product',
  `SELECT ${summaryColumns}, p.description FROM products p WHERE p.slug = $1`,
);

type ListRow = { total: number } & (ProductSummary | { slug: null });

/**
 * One page and the total in one round trip; limit `$1`, offset `$2`, then the filters. Searched products come by relevance, the
 * rest newest first.
 */
export const productsBy = ({ q, tag }: { readonly q: boolean; readonly tag: boolean }): Statement<ListRow> => {
  const conditions = [
    ...(q ? [`p.search @@ ${searched}`] : []),
    ...(tag ? [`p.tag_list @> ARRAY[$${q ? 4 : 3}]`] : []),
  ];
  const matching = `FROM products p ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}`;
  return statement<ListRow>(`products${q ? '-q' : ''}${tag ? '-tag' : ''}`, q ? best(matching) : newest(matching));
};

/** A subquery, which is asked once: a generic plan reads the words again for every product that it ranks, which took five times as long as the rest. */
const searched = `(SELECT websearch_to_tsquery('english', $3))`;

const newest = (matching: string): string => `
  SELECT head.total, list.* FROM (SELECT (SELECT count(*) ${matching}) AS total) head
  LEFT JOIN LATERAL (SELECT ${summaryColumns} ${matching} ORDER BY p.id DESC LIMIT $1 OFFSET $2) list ON true`;

/** Every product that matches has to be looked at for its relevance; so it is counted in the same look. */
const best = (matching: string): string => `
  WITH found AS MATERIALIZED (SELECT p.id, ts_rank(p.search, ${searched}) AS rank ${matching})
  SELECT head.total, list.* FROM (SELECT count(*) AS total FROM found) head
  LEFT JOIN LATERAL (
    SELECT ${summaryColumns} FROM (SELECT id, rank FROM found ORDER BY rank DESC, id DESC LIMIT $1 OFFSET $2) page
    JOIN products p ON p.id = page.id ORDER BY page.rank DESC, page.id DESC
  ) list ON true`;

const insert = statement<{ slug: string }>(
  'product-insert',
  `INSERT INTO products (slug, title, description, price, currency, stock, initial_stock, image, tag_list)
   VALUES ($1, $2, $3, $4, $5, $6, $6, nullif($7, ''), $8)
   ON CONFLICT (slug) DO NOTHING RETURNING slug`,
);
const lock = statement<{ id: number; title: string; slug: string; stock: number }>(
  'product-lock',
  `SELECT id, title, slug, stock FROM products WHERE slug = $1 FOR UPDATE`,
);
const slugTaken = statement('product-slug-taken', `SELECT FROM products WHERE slug = $1`);
const update = statement(
  'product-update',
  `UPDATE products SET slug = $2, title = coalesce($3, title), description = coalesce($4, description),
     price = coalesce($5, price), currency = coalesce($6, currency),
     image = CASE WHEN $7 THEN nullif($8, '') ELSE image END, tag_list = coalesce($9, tag_list),
     updated_at = greatest(now(), updated_at + interval '1 millisecond')
   WHERE id = $1`,
);
const move = statement(
  'stock-move',
  `WITH movement AS (INSERT INTO stock_movements (product_id, delta, reason, created_by) VALUES ($1, $2, $3, $4))
   UPDATE products SET stock = stock + $2, updated_at = greatest(now(), updated_at + interval '1 millisecond') WHERE id = $1`,
);

export type ProductFields = {
  readonly title: string;
  readonly description: string;
  readonly price: number;
  readonly currency?: string | undefined;
  readonly image?: string | null | undefined;
  readonly tagList?: readonly string[] | undefined;
};
export type ProductChange = { readonly [Name in keyof ProductFields]?: ProductFields[Name] | undefined };

export const listProducts = async (
  queries: Queries,
  { q, tag, limit, offset }: { q?: string | undefined; tag?: string | undefined; limit: number; offset: number },
): Promise<ProductList> => {
  const search = q?.trim() || undefined;
  const values = [limit, offset, ...(search === undefined ? [] : [search]), ...(tag === undefined ? [] : [tag])];
  const rows = await queries.query(productsBy({ q: search !== undefined, tag: tag !== undefined }), values);
  const products = rows.flatMap((row): ProductSummary[] => (row.slug === null ? [] : [row]));
  return { products, productsCount: rows[0]?.total ?? 0 };
};

export const findProduct = (queries: Queries, slug: string): Promise<Product | undefined> =>
  queries.first(bySlug, [slug]);

/** @returns the slug it got */
export const insertProduct = async (queries: Queries, fields: ProductFields & { stock: number }): Promise<string> => {
  const { title, description, price, currency = 'EUR', stock, image = null, tagList = [] } = fields;
  for (const slug of slugCandidates(title, 'product')) {
    const values = [slug, title, description, price, currency, stock, image, orderedTags(tagList)];
    if (await queries.first(insert, values)) return slug;
  }
  throw new Error(`no free slug for the title "${title}"`);
};

/** The product's keys and stock, locked until the transaction ends. */
export const lockProduct = (queries: Queries, slug: string) => queries.first(lock, [slug]);

/** @returns its slug, a new one when the title changed */
export const updateProduct = async (
  queries: Queries,
  product: { readonly id: number; readonly title: string; readonly slug: string },
  { title, description, price, currency, image, tagList }: ProductChange,
): Promise<string> => {
  const isTaken = async (name: string) => (await queries.first(slugTaken, [name])) !== undefined;
  const slug =
    title === undefined || title === product.title
      ? product.slug
      : await freeSlug(title, 'product', product.slug, isTaken);
  const texts = [product.id, slug, title ?? null, description ?? null, price ?? null, currency ?? null];
  await queries.query(update, [...texts, image !== undefined, image ?? null, tagList ? orderedTags(tagList) : null]);
  return slug;
};

/** Changes the stock of a locked product and records why. */
export const moveStock = async (
  queries: Queries,
  productId: number,
  movement: { readonly delta: number; readonly reason: string; readonly userId: number },
): Promise<void> => {
  await queries.query(move, [productId, movement.delta, movement.reason, movement.userId]);
};
