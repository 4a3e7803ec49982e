import { percentile } from '../../servers/figures.ts';
import { type Entry, isFailed } from '../../traffic/ledger.ts';
import type { Bin } from '../record.ts';

/**
 * What was sent second by second.
 * @param fault when it began, in milliseconds since 1970: the beginning of second 0
 */
export const binsOf = (entries: readonly Entry[], fault: number): Bin[] => {
  const seconds = Map.groupBy(entries, ({ at }) => Math.floor((at - fault) / 1_000));
  const first = Math.min(...seconds.keys());
  const last = Math.max(...seconds.keys());
  if (!Number.isFinite(first)) return [];
  // A second in which nobody came is one, too: it is what a load that stands still looks like.
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const sent = seconds.get(first + index) ?? [];
    const times = sent.map(({ took }) => took);
    const failed = sent.filter(isFailed).length;
    return {
      second: first + index,
      answered: sent.length - failed,
      held: sent.filter((entry) => entry.isHeld && !isFailed(entry)).length,
      failed,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      longest: times.reduce((longest, time) => Math.max(longest, time), 0),
    };
  });
};
