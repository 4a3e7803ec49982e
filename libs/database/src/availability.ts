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

/** What is asked while it is away; an error says nothing, and there is hope. */
export type Prospects = {
  /** Whether somebody can become the primary; who has said no for 5 s has everybody refused until he says yes. Absent: always. */
  readonly canReturn?: (() => Promise<boolean>) | undefined;
  /** Whether it is this process alone that cannot reach it: then everybody is refused at once, to be served by another. Absent: never. */
  readonly isCutOff?: (() => Promise<boolean>) | undefined;
};

/**
 * Milliseconds before the first question and between two, and for how long it must have been said that it cannot come back: two servers that restart at once are
 * back by then.
 */
const doubt = { first: 100, interval: 500, patience: 5_000 };

/** A time in which it is away; `decided` when that is over, or nobody hopes for it any more. */
class Absence {
  readonly since = performance.now();
  readonly error: unknown;
  /** Why nobody hopes for it; undefined while somebody does. */
  hopeless: 'limit' | 'cut-off' | undefined;
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

  giveUp(reason: 'limit' | 'cut-off'): void {
    this.hopeless = reason;
    this.end();
  }

  hopeAgain(): void {
    if (!this.hopeless) return;
    this.hopeless = undefined;
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
  readonly #prospects: Prospects;
  #absence: Absence | undefined;
  #isClosed = false;
  #backSince = -Infinity;
  #relapses = 0;

  /**
   * @param probe resolves when the database can be used
   * @param onEvent told when it goes and when it is back
   * @param prospects asked for while it is away
   */
  constructor(probe: Probe, onEvent: OnEvent, prospects: Prospects = {}) {
    this.#probe = probe;
    this.#onEvent = onEvent;
    this.#prospects = prospects;
  }

  /** Why it is away, undefined while it is there. */
  get awayBecause():
    | { readonly error: unknown; readonly since: number; readonly hopeless: 'limit' | 'cut-off' | undefined }
    | undefined {
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
    const { canReturn, isCutOff } = this.#prospects;
    if (canReturn ?? isCutOff) void this.#doubt(absence);
  }

  /**
   * Waits until it can be used, or nobody will look for it any more.
   * @returns false when that took longer, the signal was aborted, or nobody hopes for it
   */
  async back(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
    const absence = this.#absence;
    if (!absence) return true;
    return (await isDoneWithin(milliseconds, absence.decided, signal)) && !absence.hopeless;
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

  async #doubt(absence: Absence): Promise<void> {
    const { canReturn = async () => true, isCutOff = async () => false } = this.#prospects;
    let since: number | undefined;
    for (let wait = doubt.first; ; wait = doubt.interval) {
      await sleep(wait, undefined, { ref: false });
      const [can, isCut] = await Promise.all([canReturn().catch(() => true), isCutOff().catch(() => false)]);
      if (this.#absence !== absence) return;
      since = can ? undefined : (since ?? performance.now());
      const isLost = since !== undefined && performance.now() - since >= doubt.patience;
      const reason = isCut ? 'cut-off' : isLost ? 'limit' : undefined;
      if (reason === absence.hopeless) continue;
      if (reason === undefined) absence.hopeAgain();
      else {
        absence.giveUp(reason);
        this.#onEvent({ type: 'hopeless', reason });
      }
    }
  }
}
