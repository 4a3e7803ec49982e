import { setTimeout as sleep } from 'node:timers/promises';
import type { Availability, Prospects } from './availability.ts';
import { OutcomeUnknown, type Refusal, Unavailable } from './errors.ts';
import type { OnEvent } from './events.ts';
import { failureOf, type Hold, type Observer } from './observer.ts';
import { type Verdict, verdictOf } from './verdict.ts';
import { isDoneWithin } from './within.ts';

/** How much may wait, and how long. */
export type HoldLimits = Prospects & {
  /**
   * Milliseconds from a call's begin until it is refused; 0 holds nobody. What must not be left in doubt, a transaction without a key, is
   * not tried again after that, but may still finish.
   */
  readonly time: number;
  /**
   * Milliseconds after which an absence is no fail-over any more, so that nobody is held for its sake, and all are told at once; 30 s, longer than any
   * fail-over takes.
   */
  readonly absence?: number;
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
  /** Ends its waiting, as when its client has left. A transaction whose COMMIT has not been sent by then is not committed. */
  readonly signal?: AbortSignal;
  /** Told when it begins to wait. */
  readonly onHold?: () => void;
  /** Told, once it is served or refused, how long it was held. */
  readonly onHeld?: (milliseconds: number) => void;
};

const longestAbsence = 30_000;

/** Milliseconds between two tries; the first repetition comes at once when the database is there again. */
const pauses = { first: 15, longest: 250 };

const pauseBefore = (attempt: number): number =>
  Math.min(pauses.longest, pauses.first * 2 ** attempt) * (0.5 + Math.random() / 2);

/** What is to be done. */
export type Task<Result> = {
  /** Must be safe to repeat after an error that is not a fault. */
  readonly attempt: () => Promise<Result>;
  /** Whether its caller may leave while it goes on: nothing is lost with an answer that nobody waits for. */
  readonly isAbandonable: boolean;
  readonly judge?: (error: unknown) => Verdict;
};

type Call<Result> = Task<Result> & { readonly caller: Caller; readonly start: number };

/** Why something has to be tried again. */
type Setback = { readonly error: unknown; readonly verdict: Exclude<Verdict, 'fault'> };

/** Holds callers through an absence of the database, within bounds, and repeats what they want. */
export class Holding {
  readonly #limits: HoldLimits;
  readonly #availability: Availability;
  readonly #onEvent: OnEvent;
  readonly #observer: Observer | undefined;
  #callers = 0;
  #bytes = 0;

  constructor(limits: HoldLimits, availability: Availability, onEvent: OnEvent, observer?: Observer) {
    this.#limits = limits;
    this.#availability = availability;
    this.#onEvent = onEvent;
    this.#observer = observer;
  }

  /** Callers that wait now. */
  get callers(): number {
    return this.#callers;
  }

  /**
   * Does something again and again until it succeeds, fails for good, or time is up.
   * @throws Unavailable when it could not be done in time, or too many wait; a fault as it is
   */
  async run<Result>(task: Task<Result>, caller: Caller = {}): Promise<Result> {
    if (this.#limits.time === 0) return task.attempt();
    const call: Call<Result> = { ...task, caller, start: performance.now() };
    const absence = this.#availability.awayBecause;
    if (absence) {
      // Whatever the error was to the one who met it, to everybody else it means that the database is away.
      const setback: Setback = { error: absence.error, verdict: 'away' };
      const { absence: longest = longestAbsence } = this.#limits;
      if (absence.hopeless) throw this.#refuse(absence.hopeless, setback);
      if (performance.now() - absence.since > longest) throw this.#refuse('limit', setback);
      return this.#hold(call, setback);
    }
    try {
      return await call.attempt();
    } catch (error) {
      return this.#hold(call, this.#meet(call, error));
    }
  }

  /** @throws the error when it is a fault */
  #meet({ judge = verdictOf }: Pick<Task<unknown>, 'judge'>, error: unknown): Setback {
    const verdict = judge(error);
    if (verdict === 'fault') throw error;
    // That a COMMIT got lost concerns its caller alone; everybody is told why.
    if (verdict === 'away') this.#availability.lost(error instanceof OutcomeUnknown ? error.cause : error);
    return { error, verdict };
  }

  async #hold<Result>(call: Call<Result>, first: Setback): Promise<Result> {
    const { caller } = call;
    if (caller.patience === 0) throw this.#refuse('not-held', first);
    const weight = caller.weight ?? 0;
    if (this.#callers >= this.#limits.callers || this.#bytes + weight > this.#limits.bytes) {
      throw this.#refuse('full', first);
    }
    this.#callers += 1;
    this.#bytes += weight;
    const start = performance.now();
    caller.onHold?.();
    const hold = this.#observer?.hold(first.verdict);
    let refusal: Refusal | 'fault' | undefined;
    try {
      const result = await this.#repeat(call, first, hold);
      this.#onEvent({ type: 'held', milliseconds: performance.now() - start });
      return result;
    } catch (error) {
      refusal = error instanceof Unavailable ? error.reason : 'fault';
      throw error;
    } finally {
      this.#callers -= 1;
      this.#bytes -= weight;
      const milliseconds = performance.now() - start;
      hold?.end(milliseconds, refusal);
      caller.onHeld?.(milliseconds);
    }
  }

  async #repeat<Result>(call: Call<Result>, first: Setback, hold: Hold | undefined): Promise<Result> {
    const { patience = Infinity, signal } = call.caller;
    const deadline = call.start + Math.min(patience, this.#limits.time);
    let last = first;
    for (let count = 0; ; count += 1) {
      const isBack = await this.#availability.back(deadline - performance.now(), signal);
      const pause = count > 0 || last.verdict === 'busy' ? pauseBefore(count) : 0;
      if (signal?.aborted) throw this.#refuse('aborted', last);
      if (!isBack || performance.now() + pause > deadline) {
        throw this.#refuse(this.#availability.awayBecause?.hopeless ?? 'limit', last);
      }
      // An aborted signal is seen below.
      if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => {});
      if (signal?.aborted) throw this.#refuse('aborted', last);
      if (this.#availability.isClosed) throw this.#refuse('closed', last);
      this.#onEvent({ type: 'retry', error: last.error });
      const attempt = hold ? hold.again(failureOf(last.error), call.attempt) : call.attempt();
      const either = attempt.then(
        () => {},
        () => {},
      );
      if (call.isAbandonable && !(await isDoneWithin(deadline - performance.now(), either, signal))) {
        throw this.#refuse(signal?.aborted ? 'aborted' : 'limit', last);
      }
      try {
        return await attempt;
      } catch (error) {
        last = this.#meet(call, error);
      }
    }
  }

  #refuse(reason: Unavailable['reason'], { error }: Setback): Unavailable {
    this.#onEvent({ type: 'refused', reason });
    return new Unavailable(reason, error);
  }
}
