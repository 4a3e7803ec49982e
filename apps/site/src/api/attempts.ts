import { Unreachable, retryAfterOf } from './problem.ts';

// The server holds a request up to 30 s through a fail-over; a client that gives up earlier would waste that.
const attemptTimeout = 45_000;
const attempts = 4;
const firstDelay = 300;
// Past this it is kinder to show the problem and let the reader decide.
const longestDelay = 8_000;

const isTransient = (status: number): boolean => status === 502 || status === 503 || status === 504;

/** Back-off with full jitter, never earlier than the server asked for. */
export const delayBefore = (attempt: number, retryAfter: number | undefined, random = Math.random()): number =>
  (retryAfter ?? 0) * 1000 + firstDelay * 2 ** attempt * random;

/** Rests; rejects as soon as the signal ends it. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });

const attemptOnce = async (url: string, init: RequestInit, signal: AbortSignal): Promise<Response | Unreachable> => {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.any([signal, AbortSignal.timeout(attemptTimeout)]) });
  } catch (error) {
    if (signal.aborted) throw error;
    return new Unreachable('The server cannot be reached', { cause: error });
  }
};

/**
 * A request that waits out short faults: network failures and 502, 503, 504 are tried again. A write may be sent twice by
 * this, which is safe only because its Idempotency-Key stays the same.
 */
export const fetchPatiently = async (url: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
  for (let attempt = 0; ; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- attempts follow one another
    const outcome = await attemptOnce(url, init, signal);
    const failed = outcome instanceof Unreachable;
    if (!failed && !isTransient(outcome.status)) return outcome;
    const delay = delayBefore(attempt, failed ? undefined : retryAfterOf(outcome.headers));
    const isLast = attempt + 1 >= attempts || delay > longestDelay || !navigator.onLine;
    if (isLast && failed) throw outcome;
    if (isLast) return outcome as Response;
    // oxlint-disable-next-line no-await-in-loop -- attempts follow one another
    await pause(delay, signal);
  }
};
