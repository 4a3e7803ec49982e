/**
 * Waits for something, which must not fail, at most for a while. Thousands wait here at once, so it is made of little: a timer, a listener and
 * a promise each.
 * @returns false when that took longer, or the signal was aborted
 */
export const isDoneWithin = (
  milliseconds: number,
  something: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (isDone: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      resolve(isDone);
    };
    const onAbort = (): void => finish(false);
    const timer = setTimeout(finish, milliseconds, false);
    if (signal?.aborted) return finish(false);
    signal?.addEventListener('abort', onAbort, { once: true });
    void something.then(() => finish(true));
  });
