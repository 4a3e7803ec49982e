import { limits } from 'virtual:contract';

type Props = {
  id: string;
  title: string;
  quantity: number;
  messages: readonly string[];
  isLocked: boolean;
  onChange: (quantity: number) => void;
};

/** What was typed as a quantity that can be ordered; what is no number changes nothing. */
const quantityOf = (typed: number, before: number): number =>
  Number.isNaN(typed) ? before : Math.min(limits.quantity, Math.max(1, Math.round(typed)));

/** How many of one thing: typed, or one more and one fewer. */
export const Quantity = ({ id, title, quantity, messages, isLocked, onChange }: Props) => {
  const step = (by: number): void => {
    if (!isLocked && quantityOf(quantity + by, quantity) !== quantity) onChange(quantity + by);
  };
  return (
    <div class="quantity">
      <button
        type="button"
        aria-label={`One fewer of ${title}`}
        aria-disabled={isLocked || quantity <= 1}
        onClick={() => step(-1)}
      >
        −
      </button>
      <input
        type="number"
        aria-label={`Quantity of ${title}`}
        inputMode="numeric"
        min={1}
        max={limits.quantity}
        value={quantity}
        readOnly={isLocked}
        aria-invalid={messages.length > 0}
        aria-describedby={messages.length > 0 ? `${id}-error` : undefined}
        onChange={({ currentTarget }) => {
          const typed = quantityOf(currentTarget.valueAsNumber, quantity);
          // What was typed goes even where the quantity stays as it was.
          currentTarget.value = String(typed);
          if (typed !== quantity) onChange(typed);
        }}
      />
      <button
        type="button"
        aria-label={`One more of ${title}`}
        aria-disabled={isLocked || quantity >= limits.quantity}
        onClick={() => step(1)}
      >
        +
      </button>
    </div>
  );
};
