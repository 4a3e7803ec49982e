import { median } from '../servers/figures.ts';
import type { Result } from './pair.ts';

/** Below its mark a pair is missed; below its floor something has become worse, and the short bench fails. */
export type Mark = {
  /** Requests a second, ours for one of theirs; the slowest hundredth, ours for one of theirs; or how many milliseconds later it is. */
  readonly of: 'rate' | 'p99' | 'added p99';
  /** Of a rate the least, of times the most. Without one it is there to compare with. */
  readonly value?: number;
  /** What is missed now and was so when it was written down: a reason, and what was reached then. */
  readonly known?: { readonly reached: number; readonly because: string };
};

export type Value = {
  readonly median: number;
  /** Of the single rounds. */
  readonly lowest: number;
  readonly highest: number;
};

/** Of what it should be, a short bench on a machine that does other things as well lets through three quarters. */
const tolerance = 0.75;

/** How ours compares with theirs: the medians, and what single rounds said. In each round one is asked after the other, so that a machine that becomes slower is so for both. */
export const valueOf = ({ mark, rates, p99 }: Result): Value => {
  const { ours, theirs } = mark.of === 'rate' ? rates : p99;
  const compare = mark.of === 'added p99' ? (a: number, b: number) => a - b : (a: number, b: number) => a / b;
  const each = ours.map((value, round) => compare(value, theirs[round] ?? Number.NaN));
  return {
    median: compare(median(ours), median(theirs)),
    lowest: Math.min(...each),
    highest: Math.max(...each),
  };
};

const isWithin = ({ of }: Mark, found: number, limit: number): boolean =>
  of === 'rate' ? found >= limit : found <= limit;

const unit = ({ of }: Mark): string => (of === 'added p99' ? 'ms' : of === 'p99' ? '× p99' : '×');

export const markText = (mark: Mark): string =>
  mark.value === undefined
    ? '–'
    : `${mark.of === 'rate' ? '≥' : '≤'} ${mark.value.toFixed(mark.value < 1 ? 2 : 1)} ${unit(mark)}`;

export const valueText = (mark: Mark, { median: middle, lowest, highest }: Value): string =>
  `${middle.toFixed(2)} ${unit(mark)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;

/** What memory a result takes beyond its limit. */
export const missesOfMemory = ({ memory, memoryLimit }: Result): string[] =>
  memoryLimit !== undefined && memory.ours > memoryLimit
    ? [`${Math.round(memory.ours)} MB, not ≤ ${memoryLimit} MB`]
    : [];

/** What a result is missing. */
export const misses = (result: Result): string[] => {
  const { mark } = result;
  const { median: found } = valueOf(result);
  return [
    ...(mark.value === undefined || isWithin(mark, found, mark.value)
      ? []
      : [`${found.toFixed(2)} ${unit(mark)}, not ${markText(mark)}`]),
    ...missesOfMemory(result),
  ];
};

/** What a pair must not fall behind: a quarter worse than its mark, or than what it is known to miss it by. */
export const floorOf = ({ of, value, known }: Mark): number | undefined => {
  const base = known?.reached ?? value;
  return base === undefined ? undefined : of === 'rate' ? base * tolerance : base / tolerance;
};

/** Why a result is behind its floor; undefined where it is not. */
export const behindFloor = (result: Result): string | undefined => {
  const floor = floorOf(result.mark);
  const { median: found } = valueOf(result);
  if (floor === undefined || isWithin(result.mark, found, floor)) return undefined;
  return `${result.name}: ${found.toFixed(2)} ${unit(result.mark)}, a quarter beyond what it was (${floor.toFixed(2)})`;
};
