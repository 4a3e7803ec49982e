/** One request that k6 sent, as its line tells it. */
export type Sample = {
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds until its answer was there, the connection included. */
  readonly took: number;
  /** 0 where no answer came. */
  readonly status: number;
  readonly kind: 'file' | 'read' | 'write';
  readonly name: string;
  /** Under which the site's logs know it; "-" where it did not say. */
  readonly id: string;
  /** Its idempotency key, if it had one. */
  readonly key: string | undefined;
  /** Sent without a token. */
  readonly isAnonymous: boolean;
  /** Whether it had to wait for the database, or was answered with a stored outcome: the answer says so. */
  readonly isHeld: boolean;
  readonly isReplay: boolean;
  /** Whether it said how old its answer is (Age), or when to come back (Retry-After). */
  readonly hasAge: boolean;
  readonly hasRetryAfter: boolean;
  /** Why it failed, or what the answer was where it was not the right one; of an order, what it became. */
  readonly word: string;
};

const pattern = /^(\d{13}) (\d+) (\d+) (file|read|write) (\S+) (\S+) (\S+) (-a?h?r?g?t?) ?(.*)$/;

/** Reads a line of a run's log; undefined for what k6 itself has to say. */
export const sampleOf = (line: string): Sample | undefined => {
  const [, at, took, status, kind, name, id, key, letters = '', word] = pattern.exec(line) ?? [];
  if (at === undefined || name === undefined || id === undefined || word === undefined) return undefined;
  const times = { at: Number(at), took: Number(took), status: Number(status) };
  const has = (letter: string): boolean => letters.includes(letter);
  const flags = {
    isAnonymous: has('a'),
    isHeld: has('h'),
    isReplay: has('r'),
    hasAge: has('g'),
    hasRetryAfter: has('t'),
  };
  return { ...times, kind: kind as Sample['kind'], name, id, key: key === '-' ? undefined : key, ...flags, word };
};

export const isFailed = ({ status }: Sample): boolean => status === 0 || status >= 500;

/** Milliseconds. Nothing that the site promises takes longer, so whoever waited for longer when k6 was stopped had been forgotten. */
const longestPromised = 10_000;

/** Whether k6, told to stop, cut this one off while it was under way as it should be. */
export const isCutOff = ({ word, took }: Sample): boolean =>
  word.startsWith('context canceled') && took < longestPromised;

/** The value below which a share of all are, by nearest rank; 0 of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
};

export type Figures = {
  readonly sent: number;
  /** Requests a second, from the first to the last that was sent. */
  readonly rate: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
};

/** What a stretch of a run looks like; times in milliseconds. */
export const figuresOf = (samples: readonly Sample[]): Figures => {
  const times = samples.map(({ took }) => took);
  const sent = samples.map(({ at }) => at);
  const seconds = (sent.reduce((a, b) => Math.max(a, b), 0) - sent.reduce((a, b) => Math.min(a, b), Infinity)) / 1_000;
  return {
    sent: samples.length,
    rate: samples.length > 1 && seconds > 0 ? samples.length / seconds : 0,
    failed: samples.filter(isFailed).length,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    longest: times.reduce((a, b) => Math.max(a, b), 0),
  };
};
