import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something, which must not fail, at most for a while.
 * @returns false when that took longer, or the signal was aborted
 */
export const isDoneWithin = async (
  milliseconds: number,
  something: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  const limit = new AbortController();
  const signals = signal ? AbortSignal.any([limit.signal, signal]) : limit.signal;
  try {
    return await Promise.race([
      something.then(() => true),
      sleep(milliseconds, false, { signal: signals }).catch(() => false),
    ]);
  } finally {
    limit.abort();
  }
};
