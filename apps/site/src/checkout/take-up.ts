import { effect } from '@preact/signals';
import { checkout, isUnderWay, takeUpAgain } from '../state/checkout.ts';

/** An order without an answer is asked for again, whichever page is opened first; its code is loaded only then. */
export const takeUpCheckout = (): void => {
  checkout.followOtherTabs();
  takeUpAgain();
  effect(() => {
    // Without a connection the next page that loads takes it up.
    if (isUnderWay.value) void import('./place-order.ts').catch(() => undefined);
  });
};
