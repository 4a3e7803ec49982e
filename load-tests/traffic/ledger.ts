/** One request of a run, and how it ended. */
export type Entry = {
  readonly kind: string;
  /** Names what the request would make: a key of an order, or the text of a comment or title, each used once. */
  readonly mark: string;
  /** Milliseconds from the beginning of the run. */
  readonly at: number;
  /** Milliseconds until its answer was there. */
  readonly took: number;
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly text: string;
  /** Whether it had to wait: the answer says so. */
  readonly isHeld: boolean;
  readonly isReplay: boolean;
  /** Sent without a token. */
  readonly isAnonymous: boolean;
  /** Headers of its answer, where it had them: the age of what comes from a cache, and when to come back. */
  readonly age: string | undefined;
  readonly retryAfter: string | undefined;
  /** Under which the site's logs know it. */
  readonly requestId: string | undefined;
};

/** Whether a request asks for a change. */
export const isWrite = ({ kind }: Pick<Entry, 'kind'>): boolean => writes.has(kind);

const writes: ReadonlySet<string> = new Set([
  'createOrder',
  'createComment',
  'createArticle',
  'favorite',
  'unfavorite',
]);

/** Without an answer, or answered with a fault of the site's. */
export const isFailed = ({ status }: Pick<Entry, 'status'>): boolean => status === undefined || status >= 500;

export type Summary = {
  readonly sent: number;
  readonly failed: number;
  /** Milliseconds of the longest request. */
  readonly longest: number;
  readonly held: number;
  readonly byStatus: Readonly<Record<string, number>>;
};

/** Everything that was asked for and acknowledged; compared with the database at the end. */
export class Ledger {
  #entries: Entry[];

  constructor(entries: readonly Entry[] = []) {
    this.#entries = [...entries];
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  add(...entries: readonly Entry[]): void {
    for (const entry of entries) this.#entries.push(entry);
  }

  /** Its entries, and begins anew. */
  take(): readonly Entry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  failures(): Entry[] {
    return this.entries.filter(isFailed);
  }

  acknowledged(kind: string): Entry[] {
    return this.entries.filter((entry) => entry.kind === kind && entry.status !== undefined && entry.status < 300);
  }

  summary(): Summary {
    const byStatus: Record<string, number> = {};
    for (const { status } of this.entries) {
      const name = String(status ?? 'none');
      byStatus[name] = (byStatus[name] ?? 0) + 1;
    }
    return {
      sent: this.entries.length,
      failed: this.failures().length,
      longest: Math.round(this.entries.reduce((longest, { took }) => Math.max(longest, took), 0)),
      held: this.entries.filter(({ isHeld }) => isHeld).length,
      byStatus,
    };
  }
}
