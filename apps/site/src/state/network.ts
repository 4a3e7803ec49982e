import { signal } from '@preact/signals';

// Below this a wait does not feel like one.
const patience = 2_000;

export const isOffline = signal(!navigator.onLine);
/** How many calls wait longer than a reader expects. */
export const slowCalls = signal(0);
/** Grows each time the network is back: what failed asks again. */
export const recoveries = signal(0);

export const lost = (): void => {
  isOffline.value = true;
};

export const reached = (): void => {
  if (!isOffline.peek()) return;
  isOffline.value = false;
  recoveries.value += 1;
};

export const whileWaiting = async <T>(work: Promise<T>): Promise<T> => {
  let isSlow = false;
  const timer = setTimeout(() => {
    isSlow = true;
    slowCalls.value += 1;
  }, patience);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
    if (isSlow) slowCalls.value -= 1;
  }
};

export const watchNetwork = (): void => {
  addEventListener('online', reached);
  addEventListener('offline', lost);
};
