// What one tab stores reaches the others a little later than the lock does.
const spread = 150;

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, spread));

/**
 * Does something that only one of the browser's tabs may do at a time. Over plain HTTP there are no locks: then tabs that start
 * at once find out by what is stored after a moment.
 */
export const inOneTab = async (work: () => void | Promise<void>, signal?: AbortSignal): Promise<void> => {
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- absent outside secure contexts
  if (navigator.locks === undefined) {
    await settled();
    signal?.throwIfAborted();
    await work();
    return;
  }
  const options = signal === undefined ? {} : { signal };
  await navigator.locks.request('halyard.checkout', options, async () => {
    await work();
    await settled();
  });
};
