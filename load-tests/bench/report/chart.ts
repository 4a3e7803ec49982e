import { escape } from '../../drill/report/escape.ts';
import { place } from '../../drill/report/scale.ts';
import { pictureStyle } from '../../drill/report/style.ts';
import { markText, misses, valueOf } from '../marks.ts';
import type { Result } from '../pair.ts';

const width = 960;
const left = 430;
const right = 150;
const row = 30;
const top = 40;

/** From a tenth to a hundred times: each step of ten as wide as the next. */
const range = { low: -1, high: 2 };
const x = (ratio: number): number =>
  left +
  ((Math.min(range.high, Math.max(range.low, Math.log10(ratio))) - range.low) / (range.high - range.low)) *
    (width - left - right);

const text = (at: number, y: number, words: string, name: string): string =>
  `<text x="${place(at)}" y="${place(y)}" class="${name}">${escape(words)}</text>`;

const line = (at: number, from: number, to: number, name: string): string =>
  `<line x1="${place(at)}" y1="${place(from)}" x2="${place(at)}" y2="${place(to)}" class="${name}"/>`;

const bar = (result: Result, index: number): string => {
  const y = top + index * row;
  const { what, against, mark } = result;
  const { median: ratio } = valueOf(result);
  const name = misses(result).length === 0 ? 'served' : 'failed';
  const [from, to] = [Math.min(x(1), x(ratio)), Math.max(x(1), x(ratio))];
  return [
    text(left - 12, y + 19, `${what}: ${against}`, 'end lane-name'),
    `<rect x="${place(from)}" y="${place(y + 7)}" width="${place(Math.max(1, to - from))}" height="16" class="${name}"/>`,
    mark.value === undefined ? '' : line(x(mark.value), y + 3, y + 27, 'longest'),
    text(
      width - right + 12,
      y + 19,
      `${ratio.toFixed(2)} ×${mark.value === undefined ? '' : ` (${markText(mark)})`}`,
      'tick',
    ),
  ].join('');
};

/** All ratios as bars from 1, where both are equal; a stroke is the mark. What is a difference, no ratio, stands in the table alone. */
export const chartOf = (all: readonly Result[]): string => {
  const results = all.filter(({ mark }) => mark.of !== 'added p99');
  const height = top + results.length * row + 12;
  const ticks = [0.1, 1, 10, 100].map(
    (tick) => line(x(tick), top - 6, height - 12, 'grid') + text(x(tick), top - 14, `${tick} ×`, 'middle'),
  );
  const style = `<style>${pictureStyle} svg .longest { stroke-width: 2; }</style>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="ours beside theirs: requests per second, and of growth the time of the slowest hundredth">${style}${ticks.join('')}${results
    .map(bar)
    .join('')}</svg>\n`;
};
