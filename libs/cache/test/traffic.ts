import { setTimeout as sleep } from 'node:timers/promises';
import { timed } from './stalls.ts';

export type Traffic = {
  readonly end: () => Promise<{ readonly calls: number; readonly failures: unknown[]; readonly longest: number }>;
};

/** Calls at a constant rate, whether earlier ones are answered or not, and notes how long each takes in ms. */
export const startTraffic = (perSecond: number, call: (i: number) => Promise<unknown>): Traffic => {
  const failures: unknown[] = [];
  const calls: Promise<void>[] = [];
  let longest = 0;
  const over = new AbortController();
  const one = async (i: number): Promise<void> => {
    const [, ms] = await timed(() => call(i).catch((error: unknown) => failures.push(error)));
    longest = Math.max(longest, ms);
  };
  const running = (async () => {
    const start = performance.now();
    while (!over.signal.aborted) {
      while (calls.length < ((performance.now() - start) * perSecond) / 1000) calls.push(one(calls.length));
      await sleep(1);
    }
  })();
  return {
    end: async () => {
      over.abort();
      await running;
      await Promise.all(calls);
      return { calls: calls.length, failures, longest };
    },
  };
};
