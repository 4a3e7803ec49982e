import type { Product } from '@scale-up/contract';
import { useState } from 'preact/hooks';
import { limits } from 'virtual:contract';
import { call } from '../../api/call.ts';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { InvalidForm } from '../../forms/use-form.ts';
import { notify } from '../../state/notices.ts';

type Props = { slug: string; onMoved: (product: Product) => void };

const deltaOf = (typed: string): number => {
  // A minus sign of a keyboard or of a text.
  const delta = Number(typed.trim().replace('−', '-'));
  if (!Number.isInteger(delta) || delta === 0)
    throw new InvalidForm({ delta: ['must be a whole number, such as 12 or -3'] });
  return delta;
};

/** Moves stock in or out, with a reason. */
export const StockForm = ({ slug, onMoved }: Props) => {
  const [moved, setMoved] = useState(0);
  return (
    <Form
      key={moved}
      label="Move stock"
      busyLabel="Moving …"
      submit={async ({ delta = '', reason = '' }, key) => {
        const stock = { delta: deltaOf(delta), reason };
        const { product } = await call('changeStock', { params: { slug }, body: { stock } }, { key });
        onMoved(product);
        notify(`Stock is ${product.stock} now.`);
        setMoved(moved + 1);
      }}
    >
      <div class="fields-in-row">
        <Field name="delta" label="Change" hint="12 in, -3 out" autoComplete="off" required />
        <Field
          name="reason"
          label="Reason"
          hint="A delivery, a count, a breakage"
          maxLength={limits.reason}
          autoComplete="off"
          required
        />
      </div>
    </Form>
  );
};
