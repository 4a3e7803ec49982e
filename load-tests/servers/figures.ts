import { type Entry, isFailed, isWrite } from '../traffic/ledger.ts';

/** Milliseconds since 1970 between which something was broken. */
export type Hit = { readonly from: number; readonly to: number };

/** What a run under load came to; times in seconds. */
export type Figures = {
  readonly sent: number;
  readonly failed: number;
  /** Of those that failed: sent before anybody could know (isInFlight). */
  readonly failedInFlight: number;
  /** The longest request from the fault until it was mended, whatever became of it. */
  readonly longest: number;
  /** The longest since then: what a return costs. */
  readonly longestReturn: number;
  /** The same of reads without a token, which a cache may answer. */
  readonly longestRead: number;
  /** The longest time without any success. */
  readonly gap: number;
  /** The 99th percentile of the same time, and both before the fault. */
  readonly p99: number;
  readonly quiet: { readonly p99: number; readonly longest: number };
  readonly byStatus: Readonly<Record<string, number>>;
  /** What failed, the first few; those first that nothing excuses. */
  readonly failures: readonly string[];
  /** Those that took longest since the fault, and of reads without a token; slowest first. */
  readonly slowest: readonly string[];
};

const ended = ({ at, took }: Entry): number => at + took;

/**
 * The value below which a share of all lies, the nearest there is.
 * @param share 0.99 for the slowest hundredth
 */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const [below = 0, above = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return (below + above) / 2;
};

/** The longest time in which nobody got what was asked for, in milliseconds, from the first request to the last answer. */
export const longestGap = (entries: readonly Entry[]): number => {
  const begin = entries.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
  const end = entries.reduce((last, entry) => Math.max(last, ended(entry)), 0);
  const successes = entries.filter((entry) => !isFailed(entry)).map(ended);
  let before = begin;
  let longest = 0;
  for (const moment of [...successes.toSorted((a, b) => a - b), end]) {
    longest = Math.max(longest, moment - before);
    before = moment;
  }
  return entries.length === 0 ? 0 : longest;
};

/** An outage begins within this time of what causes it, in milliseconds: a server takes a moment to die, and answers meanwhile. */
const onset = 300;

/**
 * When the site answered again: the end of the longest silence that began with a fault. Who asked before could not know; whoever had a connection to
 * what has died learns it by a reset in that same moment.
 */
export const answersAgain = (entries: readonly Entry[], { from, to }: Hit): number => {
  const successes = entries.filter((entry) => !isFailed(entry)).map(ended);
  const sorted = successes.toSorted((a, b) => a - b);
  let longest = { silence: -1, end: Number.POSITIVE_INFINITY };
  for (const [index, end] of sorted.entries()) {
    const begin = sorted[index - 1] ?? from;
    const isOfFault = end >= from && begin <= to + onset;
    if (isOfFault && end - begin > longest.silence) longest = { silence: end - begin, end };
  }
  return longest.end;
};

/** Connections to what has died are idle for so long at most, at this rate, until somebody sends a request into them. */
const lingering = 1_000;

/**
 * Whether a request was under way when something broke, or sent before anybody could know that it is: before the site answered again, or into a connection
 * from before, which is broken without a word until it is used. (A browser sends such a request again by itself; these clients send each once.)
 */
export const isInFlight = (entry: Entry, { from, to }: Hit, again: number): boolean => {
  const isBrokenConnection = entry.status === undefined && entry.at <= to + lingering;
  return ended(entry) >= from && (entry.at <= again || isBrokenConnection);
};

const longestOf = (entries: readonly Entry[]): number =>
  entries.reduce((longest, { took }) => Math.max(longest, took), 0) / 1_000;

/** As many as tell what kind of thing went wrong. */
const shown = 5;

/** A request for whoever looks for the reason. */
const spoken = ({ kind, status, at, took, text, requestId }: Entry, { from }: Hit): string => {
  const when = `${((at - from) / 1_000).toFixed(2)} s`;
  const id = requestId === undefined ? '' : ` (${requestId})`;
  const said = status === undefined || status >= 500 ? `: ${text.slice(0, 160)}` : '';
  return `${kind} at ${when}: ${status ?? 'no answer'} after ${Math.round(took)} ms${id}${said}`;
};

/**
 * Sums up a run.
 * @param mended milliseconds since 1970; absent where there was nothing to mend
 */
export const figuresOf = (entries: readonly Entry[], hit: Hit, mended = Number.POSITIVE_INFINITY): Figures => {
  const before = entries.filter((entry) => ended(entry) < hit.from);
  const since = entries.filter((entry) => ended(entry) >= hit.from);
  const after = since.filter(({ at }) => at < mended);
  const failed = entries.filter(isFailed);
  const again = answersAgain(entries, hit);
  const isExcused = (entry: Entry): boolean => isInFlight(entry, hit, again);
  const [inFlight, others] = [failed.filter(isExcused), failed.filter((entry) => !isExcused(entry))];
  const byStatus: Record<string, number> = {};
  for (const { status } of entries) byStatus[status ?? 'none'] = (byStatus[status ?? 'none'] ?? 0) + 1;
  const times = (some: readonly Entry[]): number[] => some.map(({ took }) => took / 1_000);
  return {
    sent: entries.length,
    failed: failed.length,
    failedInFlight: inFlight.length,
    longest: longestOf(after),
    longestReturn: longestOf(since.filter(({ at }) => at >= mended)),
    longestRead: longestOf(after.filter((entry) => entry.isAnonymous && !isWrite(entry))),
    gap: longestGap(entries) / 1_000,
    p99: percentile(times(after), 0.99),
    quiet: { p99: percentile(times(before), 0.99), longest: longestOf(before) },
    byStatus,
    failures: [...others, ...inFlight].slice(0, shown).map((entry) => spoken(entry, hit)),
    slowest: slowestOf(since).map((entry) => spoken(entry, hit)),
  };
};

/** The slowest of all, and of those who have a limit of their own: reads without a token. */
const slowestOf = (entries: readonly Entry[]): Entry[] => {
  const sorted = entries.toSorted((a, b) => b.took - a.took);
  const reads = sorted.filter((entry) => entry.isAnonymous && !isWrite(entry));
  return [...new Set([...sorted.slice(0, shown), ...reads.slice(0, shown)])];
};

/** What readers and buyers were told in a part of a run in which only reading goes on. */
export type Emergency = {
  readonly reads: number;
  readonly readsServed: number;
  /** Of those, how many said how old they are. */
  readonly readsAged: number;
  readonly writes: number;
  /** Of those, how many were answered 503 with Retry-After. */
  readonly writesRefused: number;
  /** Seconds until the slowest refusal. */
  readonly longestRefusal: number;
};

/**
 * Sums up what was sent between two moments while writing is impossible.
 * @param from milliseconds since 1970
 */
export const emergencyOf = (entries: readonly Entry[], from: number, to: number): Emergency => {
  const within = entries.filter(({ at }) => at >= from && at < to);
  // A file is no older than its release.
  const reads = within.filter((entry) => entry.isAnonymous && !isWrite(entry) && entry.kind !== 'file');
  const served = reads.filter(({ status }) => status === 200);
  const writes = within.filter(isWrite);
  const refused = writes.filter(({ status, retryAfter }) => status === 503 && retryAfter !== undefined);
  return {
    reads: reads.length,
    readsServed: served.length,
    readsAged: served.filter(({ age }) => age !== undefined).length,
    writes: writes.length,
    writesRefused: refused.length,
    longestRefusal: longestOf(refused),
  };
};
