import type { Emergency, Figures } from './figures.ts';

/** What a mark asks for; what is not said is not asked for. Times in seconds. */
export type Limits = {
  /** The longest that any request may take. */
  readonly stall?: number;
  /** The longest that a read without a token may take, where others may wait longer. */
  readonly readStall?: number;
  /** Which requests may fail: none, those in flight on what broke, or a share of all. */
  readonly failed?: 'none' | 'in flight' | number;
  /** How soon everything is there twice again after it was mended. */
  readonly redundancy?: number;
  /** How much slower the slowest hundredth may be than before. */
  readonly slowdown?: number;
  /** How soon a bad release is gone everywhere, from its first instance on. */
  readonly undone?: number;
  /** Reading goes on, and writing is refused at once, while two of three servers are away. */
  readonly isEmergency?: boolean;
  /** Nobody takes anything over. */
  readonly isUneventful?: boolean;
};

/** What a mark found. */
export type Found = {
  readonly figures: Figures;
  readonly violations: readonly string[];
  /** Seconds from the end of the fault until everything was there twice again. */
  readonly redundancy: number;
  readonly undone?: number | undefined;
  readonly emergency?: Emergency | undefined;
  /** What was taken over, such as `VIP s1 → s2`. */
  readonly failOvers?: readonly string[] | undefined;
};

/** A refusal "at once": an answer that is not worth waiting for must not keep anybody waiting. */
const atOnce = 1;

/** Reads and writes of an emergency that may be answered otherwise: what was not in the cache, what was under way. */
const tolerated = 0.01;

const percent = (share: number): string => `${Number((share * 100).toFixed(2))} %`;
const seconds = (time: number): string => `${Number(time.toFixed(time < 10 ? 2 : 1))} s`;

/** Limits as a table shows them. */
export const limitText = (limits: Limits): string => {
  const { stall, readStall, failed, redundancy, slowdown, undone, isEmergency, isUneventful } = limits;
  const parts = [
    stall !== undefined && seconds(stall),
    readStall !== undefined && `reads ${seconds(readStall)}`,
    slowdown !== undefined && `p99 ≤ ${slowdown} × quiet`,
    failed === 'none' && '0 failed',
    failed === 'in flight' && 'only those in flight',
    typeof failed === 'number' && `≤ ${percent(failed)} failed`,
    undone !== undefined && `undone within ${seconds(undone)}`,
    isEmergency === true && 'reads go on, writes 503 at once',
    isUneventful === true && '0 fail-overs',
    redundancy !== undefined && `whole within ${seconds(redundancy)}`,
  ];
  return parts.filter((part) => part !== false).join(', ') || 'nothing lost or doubled';
};

const late = (what: string, value: number | undefined, limit: number | undefined): string[] =>
  value !== undefined && limit !== undefined && value > limit
    ? [`${what} ${seconds(value)}, not ${seconds(limit)}`]
    : [];

const failedTooMuch = ({ failed, failedInFlight, sent }: Figures, allowed: Limits['failed']): string[] => {
  if (allowed === 'none') return failed > 0 ? [`${failed} failed`] : [];
  if (allowed === 'in flight') {
    const others = failed - failedInFlight;
    return others > 0 ? [`${others} failed that were not in flight`] : [];
  }
  if (allowed === undefined || failed <= sent * allowed) return [];
  return [`${failed} of ${sent} failed (${percent(failed / sent)})`];
};

const emergencyMisses = (found: Emergency | undefined): string[] => {
  if (!found) return ['nothing was seen of the emergency'];
  const { reads, readsServed, readsAged, writes, writesRefused, longestRefusal } = found;
  return [
    ...(reads - readsServed > reads * tolerated ? [`${reads - readsServed} of ${reads} reads were not served`] : []),
    ...(readsServed - readsAged > reads * tolerated ? [`${readsServed - readsAged} reads did not say their age`] : []),
    ...(writes - writesRefused > writes * tolerated
      ? [`${writes - writesRefused} of ${writes} writes were not refused with 503 and Retry-After`]
      : []),
    ...late('a refusal took', longestRefusal, atOnce),
  ];
};

/** Everything in which a run missed its mark: sentences, none when it did not. */
export const missesOf = (limits: Limits, found: Found): string[] => {
  const { figures, violations, redundancy, undone, emergency, failOvers } = found;
  const { p99, quiet } = figures;
  const isSlower = limits.slowdown !== undefined && p99 > quiet.p99 * limits.slowdown;
  return [
    ...late('a request took', figures.longest, limits.stall),
    ...late('a read took', figures.longestRead, limits.readStall),
    ...(isSlower ? [`p99 ${seconds(p99)}, before ${seconds(quiet.p99)}`] : []),
    ...failedTooMuch(figures, limits.failed),
    ...late('undone after', undone, limits.undone),
    ...late('whole after', redundancy, limits.redundancy),
    ...(limits.isEmergency ? emergencyMisses(emergency) : []),
    ...(limits.isUneventful ? (failOvers ?? ['unknown']).map((each) => `taken over: ${each}`) : []),
    ...violations,
  ];
};
