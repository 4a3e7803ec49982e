import { useEffect, useRef, useState } from 'preact/hooks';
import { placeOrder } from '../../checkout/place-order.ts';
import { loginHref } from '../../components/article-links.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { navigate } from '../../router/location.ts';
import { basket } from '../../state/basket.ts';
import { checkout, isOwnCheckout, isUnderWay, refusal, stopWaiting, takeUpAgain } from '../../state/checkout.ts';
import { isOffline, slowCalls } from '../../state/network.ts';
import { userId } from '../../state/session.ts';

/** A checkout of somebody who is not logged in now. */
const Foreign = () =>
  userId.value === undefined ? (
    <>
      <p>An order that was begun here has no answer yet. Log in to find out whether it was placed.</p>
      <a class="button primary" href={loginHref()}>
        Log in
      </a>
    </>
  ) : (
    <>
      <p>Somebody else began an order here, and it has no answer yet. They have to log in to find out about it.</p>
      <ConfirmButton
        label="Give it up"
        question="Give that order up? If it was placed, it stays so; if not, it is not asked for again."
        confirm="Give it up"
        dismiss="Keep it"
        work={async () => checkout.change(undefined)}
      />
    </>
  );

const Unanswered = () => {
  const isLate = slowCalls.value > 0 || isOffline.value;
  if (checkout.state.value?.isPaused)
    return (
      <p>There is no answer yet whether your order was placed. Ask again to find out; it is placed once at most.</p>
    );
  if (!isUnderWay.value || !isLate) return null;
  return <p>The answer is late. The order is asked for again until it comes, and placed once at most.</p>;
};

const labelOf = (isBusy: boolean): string => {
  if (isBusy) return 'Placing your order …';
  return checkout.state.value?.isPaused ? 'Ask again' : 'Place order';
};

/** The button that orders the basket, and what becomes of the order until it has an answer. */
export const Checkout = () => {
  const [isStarting, setStarting] = useState(false);
  const alert = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const refused = refusal.value;
  const isAboutLines = Object.keys(refused?.byProduct ?? {}).length > 0;
  useEffect(() => {
    const isNew = refused !== undefined && checkout.state.peek() === undefined;
    if (isNew) (document.querySelector<HTMLElement>('.lines [aria-invalid=true]') ?? alert.current)?.focus();
  }, [refused !== undefined]);
  const start = async (): Promise<void> => {
    setStarting(true);
    await placeOrder(basket.state.peek()).finally(() => setStarting(false));
  };
  const isBusy = isStarting || isUnderWay.value;
  const stop = (): void => {
    stopWaiting();
    // The button that was pressed goes; this one takes the order up again.
    button.current?.focus();
  };
  const press = (): void => {
    if (isBusy) return;
    if (checkout.state.peek() !== undefined) takeUpAgain();
    else if (userId.peek() === undefined) navigate(loginHref());
    else void start();
  };
  if (checkout.state.value !== undefined && !isOwnCheckout.value) return <Foreign />;
  return (
    <>
      {refused !== undefined && (
        <div class="form-problem" role="alert" tabIndex={-1} ref={alert}>
          <p>Your order was not placed. {isAboutLines ? 'What is wrong stands at its line.' : ''}</p>
          {refused.others.map((message) => (
            <p key={message}>{message.endsWith('.') ? message : `${message}.`}</p>
          ))}
        </div>
      )}
      {/* Not `disabled`, which would take the focus away from whoever pressed it. */}
      <button type="button" class="button primary" aria-disabled={isBusy} onClick={press} ref={button}>
        {labelOf(isBusy)}
      </button>
      <div role="status" class="checkout-state">
        <Unanswered />
      </div>
      {isUnderWay.value && (slowCalls.value > 0 || isOffline.value) && (
        <button type="button" class="quiet" onClick={stop}>
          Stop waiting
        </button>
      )}
    </>
  );
};
