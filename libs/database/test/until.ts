import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so. */
export const until = async (what: string, seconds: number, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + seconds * 1_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `not so within ${seconds} s: ${what}`);
    await sleep(10);
  }
};

/** What a promise failed with. */
export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => assert.fail('it should have failed'),
    (error: unknown) => error,
  );

/** How many seconds it took, and what came of it. */
export const timed = async <Result>(work: Promise<Result>): Promise<{ seconds: number; result: Result }> => {
  const start = performance.now();
  const result = await work;
  return { result, seconds: (performance.now() - start) / 1_000 };
};
