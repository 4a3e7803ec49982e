import { effect } from '@preact/signals';
import { newKey } from '../api/idempotency-key.ts';
import { navigate, place } from '../router/location.ts';
import { basket, takeOrdered } from '../state/basket.ts';
import { type Checkout, checkout, isUnderWay, refusal, stopWaiting } from '../state/checkout.ts';
import { type Line, bareLine } from '../state/lines.ts';
import { whileWaiting } from '../state/network.ts';
import { notify } from '../state/notices.ts';
import { userId } from '../state/session.ts';
import { inOneTab } from './one-tab.ts';
import { sendPatiently } from './send.ts';
import type { Verdict } from './verdict.ts';

const isSame = (one: readonly Line[], other: readonly Line[]): boolean =>
  JSON.stringify(one.map(bareLine)) === JSON.stringify(other.map(bareLine));

/**
 * Makes the basket an order that is asked for until it has an answer.
 * @param seen the lines that the buyer agreed to
 */
export const placeOrder = (seen: readonly Line[]): Promise<void> =>
  inOneTab(() => {
    const buyer = userId.peek();
    if (checkout.latest() !== undefined || buyer === undefined) return;
    if (!isSame(basket.latest(), seen)) {
      notify('The basket was changed in another tab. Please look it over.');
      return;
    }
    refusal.value = undefined;
    checkout.change({ key: newKey(), buyer, lines: seen.map(bareLine), isPaused: false });
  });

let concluded: string | undefined;

const conclude = ({ key, lines }: Checkout, verdict: Verdict): void => {
  // Without locks another tab may have had the answer as well.
  if (checkout.latest()?.key !== key) return;
  if (verdict.kind === 'unknown') return stopWaiting();
  concluded = key;
  if (verdict.kind === 'placed') takeOrdered(lines);
  checkout.change(undefined);
  if (verdict.kind === 'refused') {
    refusal.value = verdict.refusal;
    if (place.peek().url.pathname !== '/basket') notify('Your order was not placed. The basket says why.');
    return;
  }
  notify('Thank you. Your order is placed.');
  // Whoever reads something else by now is not taken away from it.
  if (place.peek().url.pathname !== '/basket') return;
  navigate(verdict.id === undefined ? '/orders' : `/orders/${verdict.id}`, { replace: true });
};

const tellOfOtherTab = (lines: readonly Line[]): void => {
  const isOrdered = lines.every(({ product }) => basket.latest().every((line) => line.product !== product));
  notify(isOrdered ? 'Your order was placed in another tab.' : 'Your order was not placed. Another tab says why.');
};

const carryOut = (begun: Checkout, signal: AbortSignal): Promise<void> =>
  inOneTab(async () => {
    const latest = checkout.latest();
    if (latest?.key === begun.key && !latest.isPaused) conclude(latest, await sendPatiently(latest, signal));
  }, signal);

let current: { begun: Checkout; end: AbortController } | undefined;

const follow = (): void => {
  const begun = isUnderWay.value ? checkout.state.value : undefined;
  if (begun?.key === current?.begun.key) return;
  const before = current;
  before?.end.abort();
  current = undefined;
  if (before !== undefined && before.begun.key !== concluded && checkout.state.value === undefined)
    tellOfOtherTab(before.begun.lines);
  if (begun === undefined) return;
  const end = new AbortController();
  const { signal } = end;
  current = { begun, end };
  void whileWaiting(carryOut(begun, signal)).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
};

// One for the whole page: whatever begins a checkout, here or in another tab, it is carried out.
effect(follow);
