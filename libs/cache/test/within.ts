import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until something is so.
 * @throws Error naming it when it is not within the time
 */
export const within = async (ms: number, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + ms;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(20);
  }
};
