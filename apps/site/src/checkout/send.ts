import { pause } from '../api/attempts.ts';
import { call } from '../api/call.ts';
import type { Checkout } from '../state/checkout.ts';
import { recoveries } from '../state/network.ts';
import { type Verdict, verdictOn } from './verdict.ts';

// Each round is several attempts already (api/attempts.ts); a longer outage than this is better left to the buyer.
const patience = 5 * 60_000;
const firstPause = 1_000;
const longestPause = 20_000;

const pauseAfter = (round: number, retryAfter: number): number =>
  retryAfter * 1000 + Math.min(longestPause, firstPause * 2 ** round) * (0.5 + Math.random() / 2);

/** Rests, but no longer than until the network is back. */
const rest = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  const awake = new AbortController();
  const seen = recoveries.peek();
  const unsubscribe = recoveries.subscribe((count) => {
    if (count > seen) awake.abort();
  });
  try {
    await pause(milliseconds, AbortSignal.any([signal, awake.signal]));
  } catch {
    signal.throwIfAborted();
  } finally {
    unsubscribe();
  }
};

const ask = async ({ key, lines }: Checkout, signal: AbortSignal): Promise<Verdict> => {
  try {
    const { order } = await call('createOrder', { body: { order: { lines: [...lines] } } }, { key, signal });
    return { kind: 'placed', id: order.id };
  } catch (error) {
    signal.throwIfAborted();
    return verdictOn(error, lines);
  }
};

/**
 * Asks for an order, always under the same key, until it has an answer or patience ends.
 * @throws AbortError when the signal ends it
 */
export const sendPatiently = async (checkout: Checkout, signal: AbortSignal): Promise<Verdict> => {
  const start = Date.now();
  for (let round = 0; ; round += 1) {
    const verdict = await ask(checkout, signal);
    if (verdict.kind !== 'unknown' || Date.now() - start > patience) return verdict;
    await rest(pauseAfter(round, verdict.retryAfter), signal);
  }
};
