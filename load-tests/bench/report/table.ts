import { median } from '../../servers/figures.ts';
import { markText, misses, valueOf, valueText } from '../marks.ts';
import type { Result } from '../pair.ts';

const thousands = (value: number): string => Math.round(value).toLocaleString('en');

const cells = (result: Result): string[] => {
  const { what, against, mark, rates, p99, costs, memory } = result;
  const [own = 0, other = 0] = [costs.ours, costs.theirs].map((parts) => Object.values(parts)[0]);
  return [
    what,
    against,
    markText(mark),
    valueText(mark, valueOf(result)),
    `${thousands(median(rates.ours))} · ${thousands(median(rates.theirs))}`,
    `${median(p99.ours).toFixed(1)} · ${median(p99.theirs).toFixed(1)}`,
    `${thousands(own)} · ${thousands(other)}`,
    `${Math.round(memory.ours)} · ${Math.round(memory.theirs)}`,
    mark.value === undefined ? 'to compare' : misses(result).length === 0 ? 'yes' : '**no**',
  ];
};

const head = [
  'what',
  'against',
  'mark',
  'found (rounds)',
  'requests/s, ours · theirs',
  'p99 ms',
  'µs of a core',
  'memory MB',
  'reached',
];

const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;

/** All results, as Markdown. */
export const tableOf = (results: readonly Result[]): string =>
  [row(head), row(head.map(() => '---')), ...results.map((result) => row(cells(result)))].join('\n');
