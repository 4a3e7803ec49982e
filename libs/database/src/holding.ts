import { setTimeout as sleep } from 'node:timers/promises';
import type { Availability } from './availability.ts';
import { Unavailable } from './errors.ts';
import type { OnEvent } from './events.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** How much may wait, and how long. */
export type HoldLimits = {
  /** Milliseconds a caller is held; 0 holds nobody. */
  readonly time: number;
  /** Callers held at once. */
  readonly callers: number;
  /** Sum of their weights, in bytes. */
  readonly bytes: number;
};

/** What a caller says about itself. */
export type Caller = {
  /** Milliseconds it may be held, if less than the limit; 0 not at all. */
  readonly patience?: number;
  /** Bytes it keeps in memory while it waits. */
  readonly weight?: number;
  /** Ends its waiting, as when its client has left. */
  readonly signal?: AbortSignal;
  /** Told when it begins to wait. */
  readonly onHold?: () => void;
  /** Told, once it is served or refused, how long it was held. */
  readonly onHeld?: (milliseconds: number) => void;
};

/** Milliseconds between two tries; the first repetition comes at once when the database is there again. */
const pauses = { first: 15, longest: 250 };

const pauseBefore = (attempt: number): number =>
  Math.min(pauses.longest, pauses.first * 2 ** attempt) * (0.5 + Math.random() / 2);

/** Holds callers through an absence of the database, within bounds, and repeats what they want. */
export class Holding {
  readonly #limits: HoldLimits;
  readonly #availability: Availability;
  readonly #onEvent: OnEvent;
  #callers = 0;
  #bytes = 0;

  constructor(limits: HoldLimits, availability: Availability, onEvent: OnEvent) {
    this.#limits = limits;
    this.#availability = availability;
    this.#onEvent = onEvent;
  }

  /** Callers that wait now. */
  get callers(): number {
    return this.#callers;
  }

  /**
   * Does something again and again until it succeeds, fails for good, or time is up.
   * @param attempt must be safe to repeat after an error that is not a fault
   * @throws Unavailable when it could not be done in time, or too many wait; a fault as it is
   */
  async run<Result>(
    attempt: () => Promise<Result>,
    caller: Caller = {},
    judge: (error: unknown) => Verdict = verdictOf,
  ): Promise<Result> {
    // Nobody waits and nothing is measured: the hot path.
    if (!this.#availability.awayBecause) {
      try {
        return await attempt();
      } catch (error) {
        return this.#again(attempt, caller, judge, error);
      }
    }
    return this.#again(attempt, caller, judge, this.#availability.awayBecause.error);
  }

  async #again<Result>(
    attempt: () => Promise<Result>,
    caller: Caller,
    judge: (error: unknown) => Verdict,
    first: unknown,
  ): Promise<Result> {
    const time = Math.min(caller.patience ?? Infinity, this.#limits.time);
    const verdict = judge(first);
    if (verdict === 'fault' || this.#limits.time === 0) throw first;
    if (verdict === 'away') this.#availability.lost(first);
    if (time === 0) throw this.#refuse('not-held', first);
    const weight = caller.weight ?? 0;
    if (this.#callers >= this.#limits.callers || this.#bytes + weight > this.#limits.bytes) {
      throw this.#refuse('full', first);
    }
    this.#callers += 1;
    this.#bytes += weight;
    const start = performance.now();
    caller.onHold?.();
    try {
      const result = await this.#repeat(attempt, caller.signal, start + time, judge, first);
      this.#onEvent({ type: 'held', milliseconds: performance.now() - start });
      return result;
    } finally {
      this.#callers -= 1;
      this.#bytes -= weight;
      caller.onHeld?.(performance.now() - start);
    }
  }

  async #repeat<Result>(
    attempt: () => Promise<Result>,
    signal: AbortSignal | undefined,
    deadline: number,
    judge: (error: unknown) => Verdict,
    first: unknown,
  ): Promise<Result> {
    let last = first;
    for (let count = 0; ; count += 1) {
      this.#onEvent({ type: 'retry', error: last });
      const isBack = await this.#availability.back(deadline - performance.now(), signal);
      if (!isBack || signal?.aborted) throw this.#refuse('limit', last);
      if (count > 0 || judge(last) === 'busy') {
        const pause = pauseBefore(count);
        if (performance.now() + pause > deadline) throw this.#refuse('limit', last);
        await sleep(pause);
      }
      try {
        return await attempt();
      } catch (error) {
        const verdict = judge(error);
        if (verdict === 'fault') throw error;
        if (verdict === 'away') this.#availability.lost(error);
        last = error;
      }
    }
  }

  #refuse(reason: Unavailable['reason'], cause: unknown): Unavailable {
    this.#onEvent({ type: 'refused', reason });
    return new Unavailable(reason, cause);
  }
}
