import { orderOperations as operations } from '@scale-up/contract';
import type { Queries } from '@scale-up/database';
import { Problem } from '@scale-up/service';
import type { Routing } from '../routing.ts';
import type { Claims } from '../tokens.ts';
import { tokenInvalid } from '../viewer.ts';
import { faultOf, keyUsed, outOfStock } from './refusals.ts';
import { cancelOrder, findOrder, findOrderOfKey, listOrders, lockProducts, placeOrder } from './repository.ts';

const notFound = (): Problem => new Problem('not-found', { order: ['not found'] });

const answer = async (queries: Queries, claims: Claims, id: string) => {
  const order = await findOrder(queries, claims, id);
  if (!order) throw order === null ? notFound() : tokenInvalid();
  return { order };
};

/** One's own orders: nobody sees another's. */
export const orderRoutes = (routing: Routing): void => {
  routing.read(operations.orders, async ({ query, claims }, queries) => {
    const list = await listOrders(queries, claims, query);
    if (!list) throw tokenInvalid();
    return list;
  });

  routing.read(operations.order, ({ params, claims }, queries) => answer(queries, claims, params.id));

  routing.write(operations.createOrder, async ({ body, viewer, key, setHeader }, queries) => {
    const { lines } = body.order;
    const place = () => placeOrder(queries, { userId: viewer.id, key }, lines);
    // Most orders have one line, and most are placed: they need no lock before that, and no look at what is wrong.
    let order = lines.length === 1 ? await place() : undefined;
    if (!order) {
      const products = await lockProducts(queries, lines);
      const fault = faultOf(lines, products);
      order = fault ? undefined : await place();
      if (!order) {
        // Before all that is wrong with the lines: who asks for the order of this key again must learn that it was placed, also
        // when its products are gone or sold out since.
        const earlier = await findOrderOfKey(queries, viewer.id, key);
        throw earlier === undefined ? (fault ?? outOfStock(lines, products)) : keyUsed(earlier);
      }
    }
    setHeader('location', `/api/orders/${order.id}`);
    return { order };
  });

  routing.write(operations.cancelOrder, async ({ params, viewer, claims }, queries) => {
    if (!(await cancelOrder(queries, viewer.id, params.id))) throw notFound();
    return answer(queries, claims, params.id);
  });
};
