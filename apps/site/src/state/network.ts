import { signal } from '@preact/signals';

// Below this a wait does not feel like one.
const patience = 2_000;

export const isOffline = signal(!navigator.onLine);
/** How many calls wait longer than a reader expects. */
export const slowCalls = signal(0);
/** Grows each time the network is back: what failed asks again. */
export const recoveries = signal(0);

// A server that is away only for a moment is found again soon, and one that stays away is not asked by everyone at once.
const probeEvery = 5_000;

/** Asks whether the site answers again; while the device itself has no network, its `online` event says so. */
const probe = async (): Promise<void> => {
  if (!isOffline.peek()) return;
  const isBack =
    navigator.onLine && (await fetch('/favicon.svg', { method: 'HEAD', cache: 'no-store' }).catch(() => null));
  if (isBack) reached();
  else probeLater();
};

const probeLater = (): void => {
  setTimeout(() => void probe(), probeEvery * (0.5 + Math.random()));
};

export const lost = (): void => {
  if (isOffline.peek()) return;
  isOffline.value = true;
  probeLater();
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
