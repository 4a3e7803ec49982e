import { setTimeout as sleep } from 'node:timers/promises';
import { arrivalsOf } from '../k6/arrivals.ts';
import type { Sample } from '../k6/lines.ts';
import { type Outcome, type Running, startK6 } from '../k6/run.ts';
import type { Target } from '../k6/target.ts';
import type { Others } from '../servers/scene.ts';
import { type Entry, isFailed } from '../traffic/ledger.ts';

/** Longer than any drill; k6 is ended when it is over. */
const days = 7;

/** Seconds until the visitors come as often as they shall. */
const rise = 5;

const entryOf = (sample: Sample): Entry => ({
  kind: sample.kind === 'file' ? 'file' : sample.name,
  mark: sample.key ?? '',
  at: sample.at,
  took: sample.took,
  status: sample.status === 0 ? undefined : sample.status,
  text: sample.word,
  isHeld: sample.isHeld,
  isReplay: sample.isReplay,
  isAnonymous: sample.isAnonymous,
  age: sample.hasAge ? '' : undefined,
  retryAfter: sample.hasRetryAfter ? '' : undefined,
  requestId: sample.id === '-' ? undefined : sample.id,
});

/** Time of day in UTC, to the millisecond. */
export const clock = (at: number = Date.now()): string => new Date(at).toISOString().slice(11, 23);

/** A failure, with when it was sent and how long it took. */
export const strayText = ({ at, took, kind, status, text, requestId }: Entry): string =>
  `${clock(at)} ${kind}, ${took} ms: ${status ?? 'no answer'} ${text} ${requestId ?? ''}`.trim();

/** k6's visitors at a constant rate through a whole drill, whatever breaks. */
export class K6Load implements Others {
  readonly #running: Running;
  /** Failures that belong to no fault: what was sent before one began, and ended later. */
  readonly #strays: Entry[] = [];
  #begun = Date.now();
  #read = 0;

  /** @param rate requests a second */
  constructor(k6: string, target: Target, rate: number) {
    const stages = [
      { seconds: rise, rate: 1 },
      { seconds: days * 86_400, rate: 1 },
    ];
    this.#running = startK6(k6, target, 'visits', { arrivals: arrivalsOf(stages, rate), thresholds: {} });
  }

  /**
   * Waits until the first visitors were answered.
   * @param limit seconds
   * @throws Error with what k6 says when it ends before that
   */
  async untilThere(limit: number): Promise<void> {
    const early = this.#running.outcome.then(({ trouble }) => {
      throw new Error(`k6 does not run: ${trouble.join('; ') || 'it ended'}`);
    });
    const there = async (): Promise<void> => {
      for (let turn = 0; turn < limit * 10; turn += 1) {
        if (this.#running.samples.length > 0) return;
        await sleep(100);
      }
      throw new Error(`no visitor of k6 was answered within ${limit} s`);
    };
    await Promise.race([early, there()]);
  }

  begin(): void {
    this.#keepStrays();
    this.#begun = Date.now();
  }

  async take(): Promise<readonly Entry[]> {
    return this.#next().filter((entry) => this.#isOwn(entry));
  }

  /** What failed between two faults, and has to be explained by neither of them. */
  strays(): readonly Entry[] {
    this.#keepStrays();
    return this.#strays;
  }

  async stop(): Promise<Outcome> {
    this.#running.stop();
    return this.#running.outcome;
  }

  #isOwn({ at }: Entry): boolean {
    return at >= this.#begun;
  }

  #keepStrays(): void {
    this.#strays.push(...this.#next().filter(isFailed));
  }

  /** Those that have ended since it was last asked. */
  #next(): Entry[] {
    const fresh = this.#running.samples.slice(this.#read);
    this.#read += fresh.length;
    const entries = fresh.map(entryOf);
    return entries;
  }
}
