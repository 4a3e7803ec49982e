import { limits, productOperations as operations } from '@scale-up/contract';
import type { Queries } from '@scale-up/database';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import { requireAdmin } from '../viewer.ts';
import { findProduct, insertProduct, listProducts, lockProduct, moveStock, updateProduct } from './repository.ts';

const currencies = new Set(Intl.supportedValuesOf('currency'));

const notFound = (): Problem => new Problem('not-found', { product: ['not found'] });
const invalid = (field: string, message: string): Problem => new Problem('validation-failed', { [field]: [message] });

const requireCurrency = (code: string | undefined): void => {
  if (code !== undefined && !currencies.has(code)) throw invalid('currency', 'is not an ISO 4217 code');
};

const answer = async (queries: Queries, slug: string) => {
  const product = await findProduct(queries, slug);
  if (!product) throw notFound();
  return { product };
};

const lockKnown = async (queries: Queries, slug: string) => {
  const product = await lockProduct(queries, slug);
  if (!product) throw notFound();
  return product;
};

/** Products for everyone; changes and stock for admins. */
export const productRoutes = (routing: Routing): void => {
  routing.read(operations.products, ({ query }, queries) => {
    const { q, tag, limit, offset } = query;
    return listProducts(queries, { q, tag, limit, offset });
  });

  routing.read(operations.product, ({ params }, queries) => answer(queries, params.slug));

  routing.write(operations.createProduct, async ({ body, viewer }, queries) => {
    requireCurrency(body.product.currency);
    requireAdmin(viewer);
    return answer(queries, await insertProduct(queries, body.product));
  });

  routing.write(operations.changeProduct, async ({ params, body, viewer }, queries) => {
    requireCurrency(body.product.currency);
    const product = await lockKnown(queries, params.slug);
    requireAdmin(viewer);
    return answer(queries, await updateProduct(queries, product, body.product));
  });

  routing.write(operations.changeStock, async ({ params, body, viewer }, queries) => {
    const { delta, reason } = body.stock;
    if (delta === 0) throw invalid('delta', 'must not be 0');
    const { id, stock } = await lockKnown(queries, params.slug);
    requireAdmin(viewer);
    if (stock + delta < 0) throw new Problem('out-of-stock', { delta: [`only ${stock} left`] });
    if (stock + delta > limits.stock) throw invalid('delta', `must keep the stock at ${limits.stock} or less`);
    await moveStock(queries, id, { delta, reason, userId: viewer.id });
    return answer(queries, params.slug);
  });
};
