import { escape } from '../../drill/report/escape.ts';
import { place } from '../../drill/report/scale.ts';
import { pictureStyle } from '../../drill/report/style.ts';
import type { Result } from '../pair.ts';
import { ratioOf } from '../statistics.ts';
import { misses } from './table.ts';

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
  const ratio = ratioOf(result);
  const name = misses(result).length === 0 ? 'served' : 'failed';
  const [from, to] = [Math.min(x(1), x(ratio.median)), Math.max(x(1), x(ratio.median))];
  return [
    text(left - 12, y + 19, `${result.what}: ${result.against}`, 'end lane-name'),
    `<rect x="${place(from)}" y="${place(y + 7)}" width="${place(Math.max(1, to - from))}" height="16" class="${name}"/>`,
    result.mark > 0 ? line(x(result.mark), y + 3, y + 27, 'longest') : '',
    text(
      width - right + 12,
      y + 19,
      `${ratio.median.toFixed(2)} ×${result.mark > 0 ? ` (≥ ${result.mark})` : ''}`,
      'tick',
    ),
  ].join('');
};

/** All ratios as bars from 1, where both are equal; a stroke is the mark. */
export const chartOf = (results: readonly Result[]): string => {
  const height = top + results.length * row + 12;
  const ticks = [0.1, 1, 10, 100].map(
    (tick) => line(x(tick), top - 6, height - 12, 'grid') + text(x(tick), top - 14, `${tick} ×`, 'middle'),
  );
  const style = `<style>${pictureStyle} svg .longest { stroke-width: 2; }</style>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="requests per second, as many times those of others">${style}${ticks.join('')}${results
    .map(bar)
    .join('')}</svg>\n`;
};
