import type { Order } from '@scale-up/contract';

const names: Record<Order['status'], string> = { placed: 'Placed', cancelled: 'Cancelled' };

export const OrderStatus = ({ status }: { status: Order['status'] }) => (
  <span class={`order-status ${status}`}>{names[status]}</span>
);
