import { Type, type Static } from 'typebox';
import { limits, page, timestamp, wrapped } from './fields.ts';
import { operation } from './operation.ts';

const OrderLine = Type.Object({
  product: Type.String({ description: 'the slug that the product has now' }),
  title: Type.String({ description: 'as it was at the time of the order' }),
  quantity: Type.Integer({ minimum: 1 }),
  unitPrice: Type.Integer({ minimum: 0, description: 'in minor units, as it was at the time of the order' }),
});

export const Order = Type.Object({
  id: Type.String({ format: 'uuid' }),
  status: Type.Unsafe<'placed' | 'cancelled'>({ type: 'string', enum: ['placed', 'cancelled'] }),
  lines: Type.Array(OrderLine),
  total: Type.Integer({ minimum: 0, description: 'in minor units of the currency' }),
  currency: Type.String({ description: 'ISO 4217 code' }),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Order = Static<typeof Order>;

export const OrderAnswer = wrapped('order', Order);
export const OrderList = Type.Object({
  orders: Type.Array(Order),
  ordersCount: Type.Integer({ minimum: 0 }),
});
export type OrderList = Static<typeof OrderList>;

export const OrderQuery = Type.Object(page);

export const OrderCreation = wrapped(
  'order',
  Type.Object({
    lines: Type.Array(
      Type.Object({
        product: Type.String({ minLength: 1, maxLength: limits.title }),
        quantity: Type.Integer({ minimum: 1, maximum: limits.quantity }),
      }),
      { minItems: 1, maxItems: limits.orderLines },
    ),
  }),
);

/** Whatever is no UUID names no order, like a UUID that nobody has. */
const orderParams = Type.Object({
  // The format alone takes "urn:uuid:…" as well, which PostgreSQL does not read.
  id: Type.String({ format: 'uuid', pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }),
});

export const orderOperations = {
  createOrder: operation({
    method: 'POST',
    path: '/orders',
    access: 'user',
    summary: 'Order products: all lines or none, once for each Idempotency-Key',
    body: OrderCreation,
    status: 201,
    answer: OrderAnswer,
    problems: [401, 409],
    idempotencyKey: 'required',
  }),
  orders: operation({
    method: 'GET',
    path: '/orders',
    access: 'user',
    summary: 'One’s own orders, newest first',
    query: OrderQuery,
    status: 200,
    answer: OrderList,
    problems: [401],
  }),
  order: operation({
    method: 'GET',
    path: '/orders/:id',
    access: 'user',
    summary: 'One order of one’s own',
    params: orderParams,
    status: 200,
    answer: OrderAnswer,
    problems: [401, 404],
  }),
  cancelOrder: operation({
    method: 'POST',
    path: '/orders/:id/cancel',
    access: 'user',
    summary: 'Cancel an order and give its stock back; repeating changes nothing',
    params: orderParams,
    status: 200,
    answer: OrderAnswer,
    problems: [401, 404],
  }),
};
