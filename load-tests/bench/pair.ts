import type { Asked } from './client/wrk.ts';

/** One that is measured, as it runs. */
export type Contender = {
  readonly name: string;
  /** What it is asked; how long is the bench's to say. */
  readonly asked: Omit<Asked, 'seconds'>;
  /** Memory in MB. */
  readonly memory: () => number;
  readonly stop: () => Promise<void>;
};

/** Two that do the same, of which ours is to be so many times as fast. */
export type Pair = {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  /** The least ratio of the medians. */
  readonly mark: number;
  /** Memory of ours after the last round, in MB, at most. */
  readonly memory?: number;
  readonly start: (folder: string) => Promise<{ readonly ours: Contender; readonly theirs: Contender }>;
};

/** What came of a pair. */
export type Result = {
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly mark: number;
  /** Requests a second, round by round. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** The slowest hundredth in milliseconds, in the middle of the rounds. */
  readonly p99: { readonly ours: number; readonly theirs: number };
  readonly memory: { readonly ours: number; readonly theirs: number };
  /** Memory that ours may have, in MB. */
  readonly memoryLimit?: number | undefined;
};
