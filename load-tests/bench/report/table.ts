import type { Result } from '../pair.ts';
import { type Ratio, ratioOf } from '../statistics.ts';
import { median } from '../../servers/figures.ts';

/** Whether a result reached its marks. */
export const misses = (result: Result): string[] => {
  const { median: ratio } = ratioOf(result);
  const { memory, memoryLimit } = result;
  return [
    ...(ratio < result.mark ? [`${ratio.toFixed(2)} ×, not ${result.mark.toFixed(1)} ×`] : []),
    ...(memoryLimit !== undefined && memory.ours > memoryLimit
      ? [`${Math.round(memory.ours)} MB, not ${memoryLimit} MB`]
      : []),
  ];
};

export const ratioText = ({ median: middle, lowest, highest }: Ratio): string =>
  `${middle.toFixed(2)} × (${lowest.toFixed(2)}–${highest.toFixed(2)})`;

const thousands = (value: number): string => Math.round(value).toLocaleString('en');

const cells = (result: Result): string[] => [
  result.what,
  result.against,
  result.mark === 0 ? '–' : `≥ ${result.mark.toFixed(1)} ×`,
  ratioText(ratioOf(result)),
  `${thousands(median(result.ours))} · ${thousands(median(result.theirs))}`,
  `${result.p99.ours.toFixed(1)} · ${result.p99.theirs.toFixed(1)}`,
  `${Math.round(result.memory.ours)} · ${Math.round(result.memory.theirs)}`,
  result.mark === 0 ? 'the limit' : misses(result).length === 0 ? 'yes' : '**no**',
];

const head = [
  'what',
  'against',
  'mark',
  'ratio (rounds)',
  'requests/s, ours · theirs',
  'p99 ms',
  'memory MB',
  'reached',
];

const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;

/** All results, as Markdown. */
export const tableOf = (results: readonly Result[]): string =>
  [row(head), row(head.map(() => '---')), ...results.map((result) => row(cells(result)))].join('\n');
