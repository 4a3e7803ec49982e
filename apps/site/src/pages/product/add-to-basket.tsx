import type { Product } from '@scale-up/contract';
import { limits } from 'virtual:contract';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { InvalidForm } from '../../forms/use-form.ts';
import { addToBasket } from '../../state/basket.ts';
import { notify } from '../../state/notices.ts';

const quantityOf = (typed: string, stock: number): number => {
  const quantity = Number(typed.trim());
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > limits.quantity)
    throw new InvalidForm({ quantity: [`must be a whole number from 1 to ${limits.quantity}`] });
  if (quantity > stock) throw new InvalidForm({ quantity: [`only ${stock} left`] });
  return quantity;
};

/** Puts some of the product into the basket, for everyone; what is out of stock is not offered. */
export const AddToBasket = ({ product: { slug, title, stock } }: { product: Product }) => {
  if (stock === 0) return <p class="hint">It can be ordered again once there is stock.</p>;
  return (
    <Form
      label="Add to basket"
      busyLabel="Adding …"
      submit={async ({ quantity: typed = '' }) => {
        const quantity = quantityOf(typed, stock);
        const fault = addToBasket({ product: slug, title, quantity });
        if (fault !== undefined) throw new Error(fault);
        notify(`${quantity} × ${title} put into the basket.`);
      }}
    >
      <Field name="quantity" label="Quantity" type="number" inputMode="numeric" value="1" autoComplete="off" required />
    </Form>
  );
};
