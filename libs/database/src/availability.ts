import { setTimeout as sleep } from 'node:timers/promises';
import type { OnEvent } from './events.ts';

/** Milliseconds between two probes of a database that is away, on average: a fail-over is noticed in a fraction of what it takes. */
const interval = 100;

type Absence = { readonly since: number; readonly error: unknown; readonly over: PromiseWithResolvers<void> };

/**
 * Whether the database can be used. However many callers find it away, one probe at a time looks whether it is back; all wait for that,
 * instead of each knocking by itself.
 */
export class Availability {
  readonly #probe: () => Promise<void>;
  readonly #onEvent: OnEvent;
  #absence: Absence | undefined;
  #isClosed = false;

  /**
   * @param probe resolves when the database can be used
   * @param onEvent told when it goes and when it is back
   */
  constructor(probe: () => Promise<void>, onEvent: OnEvent) {
    this.#probe = probe;
    this.#onEvent = onEvent;
  }

  /** Why it is away, undefined while it is there. */
  get awayBecause(): { readonly error: unknown; readonly since: number } | undefined {
    return this.#absence;
  }

  /** Somebody found it away. */
  lost(error: unknown): void {
    if (this.#absence || this.#isClosed) return;
    this.#absence = { since: performance.now(), error, over: Promise.withResolvers() };
    this.#onEvent({ type: 'away', error });
    void this.#watch(this.#absence);
  }

  /**
   * Waits until it can be used.
   * @returns false when that took longer, or the signal was aborted
   */
  async back(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
    const over = this.#absence?.over.promise;
    if (!over) return true;
    const limit = new AbortController();
    const signals = signal ? AbortSignal.any([limit.signal, signal]) : limit.signal;
    try {
      return await Promise.race([
        over.then(() => true),
        sleep(milliseconds, false, { signal: signals }).catch(() => false),
      ]);
    } finally {
      limit.abort();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#absence?.over.resolve();
    this.#absence = undefined;
  }

  async #watch(absence: Absence): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#probe();
        break;
      } catch {
        await sleep(interval * (0.7 + 0.6 * Math.random()), undefined, { ref: false });
      }
    }
    if (this.#isClosed) return;
    this.#absence = undefined;
    this.#onEvent({ type: 'back', after: performance.now() - absence.since });
    absence.over.resolve();
  }
}
