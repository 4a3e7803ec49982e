import type { Answered } from './client/answered.ts';
import type { Mark } from './marks.ts';
import type { Running } from './programs/running.ts';

/** Of both. */
export type Both<Value> = { readonly ours: Value; readonly theirs: Value };

/** A program whose time and memory are counted. */
export type Part = Omit<Running, 'stop'>;

/** One that is measured, as it runs. */
export type Contender = {
  /** Asks it for so many seconds. */
  readonly ask: (seconds: number) => Promise<Answered>;
  /** What works for it, by its name: the first is what is measured, and whose memory counts. */
  readonly parts: Readonly<Record<string, Part>>;
};

/** Two that do the same, of which ours is to be so much better. */
export type Pair = {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly mark: Mark;
  /** Memory of ours after the last round, in MB, at most. */
  readonly memory?: number;
  /** Why it cannot be measured on this machine, if so: a sentence's end. */
  readonly lacks?: () => string | undefined;
  /** Starts both; what was started is stopped for it. */
  readonly start: (folder: string) => Promise<Both<Contender>>;
};

/** What came of a pair. */
export type Result = {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly mark: Mark;
  /** Requests a second, round by round. */
  readonly rates: Both<readonly number[]>;
  /** The slowest hundredth in milliseconds, round by round. */
  readonly p99: Both<readonly number[]>;
  /** Time of a core for a request, in microseconds, of each part. */
  readonly costs: Both<Readonly<Record<string, number>>>;
  readonly memory: Both<number>;
  /** Memory that ours may have, in MB. */
  readonly memoryLimit?: number | undefined;
};
