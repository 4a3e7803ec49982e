/** What came of asking; times in milliseconds. */
export type Answered = {
  readonly requests: number;
  /** Requests a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
};
