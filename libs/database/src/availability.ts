import { setTimeout as sleep } from 'node:timers/promises';
import type { OnEvent } from './events.ts';
import { isOfOneConnection, verdictOf } from './verdict.ts';
import { isDoneWithin } from './within.ts';

/** Milliseconds between two probes of a database that is away, on average: a fail-over is noticed in a fraction of what it takes. */
const interval = 50;

const pause = (): Promise<void> => sleep(interval * (0.7 + 0.6 * Math.random()), undefined, { ref: false });

/**
 * Looks for the database once.
 * @param isGrave whether more than the one connection may be gone on which it was found away
 */
export type Probe = (isGrave: boolean) => Promise<void>;

/** How often in a row it may be lost right after it was back before everybody waits a while: single connections that die are no flapping. */
const tolerated = 3;

/** Milliseconds between two questions whether it can come back, and how long the answer must have been no: two servers that restart at once are back by then. */
const doubt = { interval: 500, patience: 5_000 };

/** A time in which it is away; `decided` when that is over, or nobody hopes for it any more. */
class Absence {
  readonly since = performance.now();
  readonly error: unknown;
  isHopeless = false;
  #decision = Promise.withResolvers<void>();

  constructor(error: unknown) {
    this.error = error;
  }

  get decided(): Promise<void> {
    return this.#decision.promise;
  }

  end(): void {
    this.#decision.resolve();
  }

  giveUp(): void {
    this.isHopeless = true;
    this.end();
  }

  hopeAgain(): void {
    if (!this.isHopeless) return;
    this.isHopeless = false;
    this.#decision = Promise.withResolvers<void>();
  }
}

/**
 * Whether the database can be used. However many callers find it away, one probe at a time looks whether it is back; all wait for that,
 * instead of each knocking by itself.
 */
export class Availability {
  readonly #probe: Probe;
  readonly #onEvent: OnEvent;
  readonly #canReturn: (() => Promise<boolean>) | undefined;
  #absence: Absence | undefined;
  #isClosed = false;
  #backSince = -Infinity;
  #relapses = 0;

  /**
   * @param probe resolves when the database can be used
   * @param onEvent told when it goes and when it is back
   * @param canReturn asked while it is away
   */
  constructor(probe: Probe, onEvent: OnEvent, canReturn?: () => Promise<boolean>) {
    this.#probe = probe;
    this.#onEvent = onEvent;
    this.#canReturn = canReturn;
  }

  /** Why it is away, undefined while it is there. */
  get awayBecause(): { readonly error: unknown; readonly since: number; readonly isHopeless: boolean } | undefined {
    return this.#absence;
  }

  /** Whether nobody will look for it any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Somebody found it away. */
  lost(reason: unknown): void {
    if (this.#absence || this.#isClosed) return;
    const absence = new Absence(reason);
    this.#absence = absence;
    this.#onEvent({ type: 'away', error: reason });
    void this.#watch(absence);
    if (this.#canReturn) void this.#doubt(absence, this.#canReturn);
  }

  /**
   * Waits until it can be used, or nobody will look for it any more.
   * @returns false when that took longer, the signal was aborted, or it cannot come back
   */
  async back(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
    const absence = this.#absence;
    if (!absence) return true;
    return (await isDoneWithin(milliseconds, absence.decided, signal)) && !absence.isHopeless;
  }

  close(): void {
    this.#isClosed = true;
    this.#absence?.end();
    this.#absence = undefined;
  }

  async #watch(absence: Absence): Promise<void> {
    // A server that passes the probe and fails at work, such as one that has become read-only, must not be found lost and back all the time.
    this.#relapses = performance.now() - this.#backSince < interval ? this.#relapses + 1 : 0;
    if (this.#relapses > tolerated) await pause();
    for (let isGrave = !isOfOneConnection(absence.error); !this.#isClosed; isGrave = true) {
      try {
        await this.#probe(isGrave);
        break;
      } catch (error) {
        // It is there again, though not for us, as with another password: callers learn that from their own try, instead of waiting for nothing.
        if (verdictOf(error) === 'fault') break;
        await pause();
      }
    }
    if (this.#isClosed) return;
    this.#absence = undefined;
    this.#backSince = performance.now();
    this.#onEvent({ type: 'back', after: performance.now() - absence.since });
    absence.hopeAgain();
    absence.end();
  }

  async #doubt(absence: Absence, canReturn: () => Promise<boolean>): Promise<void> {
    let since: number | undefined;
    for (;;) {
      await sleep(doubt.interval, undefined, { ref: false });
      const can = await canReturn().catch(() => true);
      if (this.#absence !== absence) return;
      since = can ? undefined : (since ?? performance.now());
      if (since === undefined) absence.hopeAgain();
      else if (!absence.isHopeless && performance.now() - since >= doubt.patience) {
        absence.giveUp();
        this.#onEvent({ type: 'hopeless' });
      }
    }
  }
}
