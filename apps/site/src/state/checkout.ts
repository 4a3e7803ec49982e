import { computed, signal } from '@preact/signals';
import type { Refusal } from '../checkout/verdict.ts';
import { isText, type Line, bareLine, linesIn } from './lines.ts';
import { userId } from './session.ts';
import { shared } from './shared.ts';

/** An order that was asked for and has no answer yet: the key and exactly what it stands for. */
export type Checkout = {
  readonly key: string;
  /** The id of the user whose order it is: for another one the key would be another order. */
  readonly buyer: string;
  readonly lines: readonly Line[];
  /** Whether the buyer has stopped waiting. */
  readonly isPaused: boolean;
};

const checkoutIn = (value: unknown): Checkout | undefined => {
  const { key, buyer, lines, isPaused } = (value ?? {}) as Record<string, unknown>;
  const known = linesIn(lines, bareLine);
  const isWhole = Array.isArray(lines) && known.length > 0 && known.length === lines.length;
  if (!isWhole || !isText(buyer) || !isText(key) || !/^[\w-]{1,255}$/.test(key)) return undefined;
  return { key, buyer, lines: known, isPaused: isPaused === true };
};

/** The one checkout that the browser has under way. */
export const checkout = shared<Checkout | undefined>('checkout', checkoutIn);

export const isOwnCheckout = computed(() => checkout.state.value?.buyer === userId.value);

/** Whether it is being asked for now. */
export const isUnderWay = computed(
  () => checkout.state.value !== undefined && !checkout.state.value.isPaused && isOwnCheckout.value,
);

/** Keeps the key for later, and asks no more. */
export const stopWaiting = (): void => {
  const current = checkout.latest();
  if (current !== undefined) checkout.change({ ...current, isPaused: true });
};

export const takeUpAgain = (): void => {
  const current = checkout.latest();
  if (current?.isPaused) checkout.change({ ...current, isPaused: false });
};

/** Why the last order was refused. */
export const refusal = signal<Refusal | undefined>(undefined);
