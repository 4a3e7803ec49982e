import './orders.css';
import type { Order } from '@scale-up/contract';
import { useRef } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { newKey } from '../../api/idempotency-key.ts';
import { useCall } from '../../api/use-call.ts';
import { productHref } from '../../components/article-links.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { Day } from '../../components/day.tsx';
import { MembersOnly } from '../../components/members-only.tsx';
import { formatPrice } from '../../components/money.ts';
import { PageProblem } from '../../components/page-problem.tsx';
import { useTitle } from '../../router/arrival.ts';
import type { PageProps } from '../../router/routes.ts';
import { notify } from '../../state/notices.ts';
import { OrderStatus } from './order-status.tsx';
import { orderName } from './order-text.ts';

type Props = { order: Order; onChange: (order: Order) => void };

const Waiting = () => (
  <div class="frame reading orders-page skeleton" aria-busy="true">
    <p class="visually-hidden">Loading the order</p>
    <i class="bone headline" />
    <i class="bone short" />
    <i class="bone tall" />
  </div>
);

const Lines = ({ order: { lines, total, currency } }: { order: Order }) => (
  <>
    <ul class="ordered" aria-label="What was ordered">
      {lines.map(({ product, title, quantity, unitPrice }) => (
        <li key={product}>
          <h2>
            <a href={productHref(product)}>{title}</a>
          </h2>
          <p class="price">{formatPrice(unitPrice * quantity, currency)}</p>
          <p class="order-facts">
            {quantity} × {formatPrice(unitPrice, currency)}
          </p>
        </li>
      ))}
    </ul>
    <p class="order-total">
      Total <span class="price">{formatPrice(total, currency)}</span>
    </p>
  </>
);

const Cancel = ({ order, onChange }: Props) => {
  // Pressed again after a fault it is the same write.
  const key = useRef(newKey());
  const cancel = async (): Promise<void> => {
    const answer = await call('cancelOrder', { params: { id: order.id } }, { key: key.current });
    onChange(answer.order);
    notify('Your order is cancelled.');
  };
  return (
    <ConfirmButton
      label="Cancel order"
      question="Cancel this order, with all that is in it? It cannot be taken up again."
      confirm="Cancel it"
      dismiss="Keep it"
      work={cancel}
    />
  );
};

const Loaded = ({ order, onChange }: Props) => {
  useTitle(orderName(order));
  return (
    <div class="frame reading orders-page">
      <h1>{orderName(order)}</h1>
      <p class="order-facts">
        <Day at={order.createdAt} /> <OrderStatus status={order.status} />
      </p>
      <Lines order={order} />
      <div class="actions">
        {order.status === 'placed' && <Cancel order={order} onChange={onChange} />}
        <a href="/orders">All your orders</a>
      </div>
    </div>
  );
};

const Found = ({ id }: { id: string }) => {
  const { data, error, retry, change } = useCall('order', { params: { id } });
  if (error !== undefined) return <PageProblem error={error} retry={retry} what="This order" />;
  if (data === undefined) return <Waiting />;
  return <Loaded order={data.order} onChange={(order) => change(() => ({ order }))} />;
};

export const OrderPage = ({ params }: PageProps) => (
  <MembersOnly>
    <Found id={params['id'] ?? ''} />
  </MembersOnly>
);
