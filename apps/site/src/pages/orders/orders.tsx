import './orders.css';
import type { Order } from '@scale-up/contract';
import { useCall } from '../../api/use-call.ts';
import { orderHref } from '../../components/article-links.ts';
import { Day } from '../../components/day.tsx';
import { MembersOnly } from '../../components/members-only.tsx';
import { formatPrice } from '../../components/money.ts';
import { Pagination } from '../../components/pagination.tsx';
import { hrefWith, pageOf, pagesOf, windowOf } from '../../components/paging.ts';
import { Problem } from '../../components/problem.tsx';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { OrderStatus } from './order-status.tsx';
import { contentOf, orderName } from './order-text.ts';

const hrefOf = (page: number): string => hrefWith('/orders', { page });

const Waiting = () => (
  <div class="orders" aria-busy="true">
    <p class="visually-hidden">Loading your orders</p>
    {[1, 2, 3, 4].map((number) => (
      <div class="order-entry skeleton" key={number} aria-hidden="true">
        <i class="bone title" />
        <i class="bone short" />
      </div>
    ))}
  </div>
);

const Entry = ({ order }: { order: Order }) => (
  <li class="order-entry">
    <h2>
      <a href={orderHref(order.id)}>{orderName(order)}</a>
    </h2>
    <p class="price">{formatPrice(order.total, order.currency)}</p>
    <p class="order-content">{contentOf(order)}</p>
    <p class="order-facts">
      <Day at={order.createdAt} /> <OrderStatus status={order.status} />
    </p>
  </li>
);

const Empty = ({ page }: { page: number }) => (
  <div class="empty">
    <p class="empty-title">{page > 1 ? `There is no page ${page}` : 'You have not ordered anything yet'}</p>
    {page > 1 ? (
      <a href={hrefOf(1)}>Go to the first page</a>
    ) : (
      <a class="button" href="/shop">
        Look into the shop
      </a>
    )}
  </div>
);

const List = ({ page }: { page: number }) => {
  const { data, error, retry } = useCall('orders', { query: windowOf(page) });
  if (error !== undefined) return <Problem error={error} retry={retry} />;
  if (data === undefined) return <Waiting />;
  if (data.orders.length === 0) return <Empty page={page} />;
  return (
    <>
      <ul class="orders">
        {data.orders.map((order) => (
          <Entry key={order.id} order={order} />
        ))}
      </ul>
      <Pagination page={page} pages={pagesOf(data.ordersCount)} hrefOf={hrefOf} />
    </>
  );
};

export const OrdersPage = ({ query }: PageProps) => {
  const page = pageOf(query);
  useTitle(page > 1 ? `Orders, page ${page}` : 'Orders');
  return (
    <MembersOnly>
      <div class="frame reading orders-page">
        <h1>Orders</h1>
        <List page={page} />
      </div>
    </MembersOnly>
  );
};
