import { median } from '../servers/figures.ts';

/** What two contenders did, round by round: in each round one after the other, so that a machine that becomes slower meanwhile is so for both. */
export type Rounds = { readonly ours: readonly number[]; readonly theirs: readonly number[] };

export type Ratio = {
  readonly median: number;
  /** Of the single rounds, the lowest and the highest. */
  readonly lowest: number;
  readonly highest: number;
};

/** How ours compares with theirs: the ratio of the medians, and what single rounds said. */
export const ratioOf = ({ ours, theirs }: Rounds): Ratio => {
  const each = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return { median: median(ours) / median(theirs), lowest: Math.min(...each), highest: Math.max(...each) };
};
