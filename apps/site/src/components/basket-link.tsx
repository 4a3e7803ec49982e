import { place } from '../router/location.ts';
import { basketCount } from '../state/basket.ts';
import { Icon } from './icon.tsx';

const contentOf = (count: number): string => {
  if (count === 0) return 'empty';
  return count === 1 ? '1 item' : `${count} items`;
};

export const BasketLink = () => {
  const count = basketCount.value;
  return (
    <a
      class="basket-link"
      href="/basket"
      aria-label={`Basket, ${contentOf(count)}`}
      aria-current={place.value.url.pathname === '/basket' ? 'page' : undefined}
    >
      <Icon name="basket" />
      {count > 0 && <span>{count}</span>}
    </a>
  );
};
