export type Breaker = {
  /**
   * The answer; or undefined when there is none in time, it is a failure, or the server is given a rest. Never throws.
   * @param asked for an observer
   */
  readonly attempt: <Answer>(asked: Asked, work: () => Promise<Answer>) => Promise<Answer | undefined>;
  /** Whether the server answers now. A good answer ends its rest. Never throws. */
  readonly probe: () => Promise<boolean>;
  readonly state: () => { readonly isOpen: boolean; readonly opens: number };
};

/**
 * Sees what the server is asked, in the asynchronous context of who asks: for a tracer. Keys and values are never shown.
 * @returns told of the end, with the error's class where there was no good answer; undefined where nobody is interested
 */
export type Observer = (asked: Asked) => ((failure?: string) => void) | undefined;

/** A command, or the one that says most of several sent together; and what it is for. */
export type Asked = { readonly command: string; readonly target: string };

/** Times in milliseconds. */
const limits = {
  /** In a row. One alone may be a pause of our own. */
  failures: 3,
  /** Nobody waits in it, and a trial costs one ping. Shorter than anything is fresh, so that little is missed. */
  rest: 1_000,
};

/**
 * Stands between callers and a server that may be slow, frozen, full or gone.
 * @param isConnected asked before each attempt; without a connection there is none
 * @param ping the trial after a rest; no caller waits for it
 * @param patience in ms, for one answer
 */
export const createBreaker = (
  isConnected: () => boolean,
  ping: () => Promise<unknown>,
  patience: number,
  observer?: Observer,
): Breaker => {
  let isOpen = false;
  let opens = 0;
  let failures = 0;
  let restsUntil = 0;
  let trial: Promise<boolean> | undefined;

  const open = (): void => {
    if (!isOpen) opens++;
    isOpen = true;
    restsUntil = performance.now() + limits.rest;
  };
  const tryOut = async (): Promise<boolean> => {
    try {
      await inTime(ping(), patience);
      isOpen = false;
      failures = 0;
      return true;
    } catch {
      if (isOpen) open();
      return false;
    } finally {
      trial = undefined;
    }
  };
  const probe = async (): Promise<boolean> => {
    if (!isConnected()) return false;
    trial ??= tryOut();
    return trial;
  };
  return {
    probe,
    state: () => ({ isOpen, opens }),
    attempt: async (asked, work) => {
      if (!isConnected()) return undefined;
      if (isOpen) {
        if (performance.now() >= restsUntil) void probe();
        return undefined;
      }
      const end = observer?.(asked);
      try {
        const answer = await inTime(work(), patience);
        end?.();
        failures = 0;
        return answer;
      } catch (error) {
        end?.(error instanceof Error ? error.constructor.name : 'unknown');
        failures++;
        if (failures >= limits.failures && !isOpen) open();
        return undefined;
      }
    },
  };
};

class NoAnswer extends Error {}

/** @throws NoAnswer when there is none in time; one that comes later is ignored */
const inTime = <Answer>(answer: Promise<Answer>, patience: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // When this process itself was held up, the answer may have arrived but not been read: reading comes before setImmediate.
    const timer = setTimeout(() => setImmediate(() => reject(new NoAnswer())), patience);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
