import type { Bin, Injection, Span } from '../record.ts';
import { escape } from './escape.ts';
import { pictureStyle } from './style.ts';
import { type Frame, linear, logarithmic, place, roundTicks, type Scale } from './scale.ts';

const width = 960;
const left = 64;
const right = 16;
const frameOf = (top: number, height: number): Frame => ({ left, top, width: width - left - right, height });

/** From top to bottom: how many were answered, how long it took, who held what. */
const frames = { rates: frameOf(46, 120), times: frameOf(202, 140), lanes: frameOf(370, 68) };
const height = 466;

const laneHeight = 18;

/** Milliseconds that the picture of the times shows; a client waits for 60 s. */
const shownTimes: readonly [number, number] = [1, 60_000];
const timeTicks: readonly (readonly [number, string])[] = [
  [1, '1 ms'],
  [10, '10 ms'],
  [100, '0.1 s'],
  [1_000, '1 s'],
  [10_000, '10 s'],
];

const line = (x1: number, y1: number, x2: number, y2: number, name: string): string =>
  `<line x1="${place(x1)}" y1="${place(y1)}" x2="${place(x2)}" y2="${place(y2)}" class="${name}"/>`;

const text = (x: number, y: number, words: string, name: string): string =>
  `<text x="${place(x)}" y="${place(y)}" class="${name}">${escape(words)}</text>`;

/** Seconds as bars that touch each other. */
const bars = (
  bins: readonly Bin[],
  x: Scale,
  y: Scale,
  part: { readonly name: string; readonly from: (bin: Bin) => number; readonly to: (bin: Bin) => number },
): string =>
  bins
    .filter((bin) => part.to(bin) > part.from(bin))
    .map((bin) => {
      const [low, high] = [y(part.from(bin)), y(part.to(bin))];
      const span = x(bin.second + 1) - x(bin.second);
      return `<rect x="${place(x(bin.second))}" y="${place(high)}" width="${place(span)}" height="${place(low - high)}" class="${part.name}"/>`;
    })
    .join('');

/** A stair: each value holds for its second. */
const stair = (bins: readonly Bin[], x: Scale, y: Scale, name: string, value: (bin: Bin) => number): string => {
  const path = bins
    .map(
      (bin, index) =>
        `${index === 0 ? 'M' : 'L'}${place(x(bin.second))} ${place(y(value(bin)))}H${place(x(bin.second + 1))}`,
    )
    .join('');
  return `<path d="${path}" class="stair ${name}"/>`;
};

const rates = (bins: readonly Bin[], x: Scale): string => {
  const { top, height: tall, width: wide } = frames.rates;
  const most = Math.max(1, ...bins.map(({ answered, failed }) => answered + failed));
  const y = linear([0, most], [top + tall, top]);
  const grid = roundTicks(most, 3).map(
    (tick) => line(left, y(tick), left + wide, y(tick), 'grid') + text(left - 8, y(tick) + 4, String(tick), 'tick end'),
  );
  return [
    text(left, top - 10, 'requests a second, by the second in which they were sent', 'title'),
    ...grid,
    bars(bins, x, y, { name: 'served', from: () => 0, to: ({ answered, held }) => answered - held }),
    bars(bins, x, y, { name: 'held', from: ({ answered, held }) => answered - held, to: ({ answered }) => answered }),
    bars(bins, x, y, {
      name: 'failed',
      from: ({ answered }) => answered,
      to: ({ answered, failed }) => answered + failed,
    }),
  ].join('');
};

const times = (bins: readonly Bin[], x: Scale): string => {
  const { top, height: tall, width: wide } = frames.times;
  const y = logarithmic(shownTimes, [top + tall, top]);
  const grid = timeTicks.map(
    ([tick, words]) =>
      line(left, y(tick), left + wide, y(tick), 'grid') + text(left - 8, y(tick) + 4, words, 'tick end'),
  );
  return [
    text(left, top - 10, 'how long they took: median, 99th percentile, longest', 'title'),
    ...grid,
    stair(bins, x, y, 'median', ({ p50 }) => p50),
    stair(bins, x, y, 'p99', ({ p99 }) => p99),
    stair(bins, x, y, 'longest', ({ longest }) => longest),
  ].join('');
};

const lane = (
  spans: readonly Span[],
  fault: number,
  x: Scale,
  [from, to]: readonly [number, number],
  top: number,
): string =>
  spans
    .map((span) => {
      const start = Math.max(from, (span.from - fault) / 1_000);
      const end = Math.min(to, (span.to - fault) / 1_000);
      if (end <= start || span.server === undefined) return '';
      const [begin, wide] = [x(start), x(end) - x(start)];
      const name = escape(span.server);
      // A name in a lane that is narrower than it would hide the next one.
      const label = wide > 24 ? text(begin + 6, top + 13, span.server, 'lane-name') : '';
      return `<rect x="${place(begin)}" y="${place(top)}" width="${place(Math.max(1, wide - 1))}" height="${laneHeight}" rx="3" class="lane"><title>${name}</title></rect>${label}`;
    })
    .join('');

const lanes = (
  { holders, answering, primaries, hit }: Injection,
  x: Scale,
  range: readonly [number, number],
): string => {
  const { top } = frames.lanes;
  const all: readonly (readonly [string, readonly Span[]])[] = [
    ['VIP', holders],
    ['answers', answering],
    ['primary', primaries],
  ];
  return all
    .map(([name, spans], index) => {
      const own = top + index * (laneHeight + 6);
      return text(left - 8, own + 13, name, 'tick end') + lane(spans, hit.from, x, range, own);
    })
    .join('');
};

const moments = ({ hit, mended }: Injection, x: Scale, [from, to]: readonly [number, number]): string => {
  const bottom = frames.lanes.top + frames.lanes.height;
  const one = (second: number, words: string, name: string): string =>
    second < from || second > to
      ? ''
      : line(x(second), 14, x(second), bottom, name) + text(x(second) + 4, 12, words, `moment ${name}`);
  return one(0, 'fault', 'fault') + (mended === undefined ? '' : one((mended - hit.from) / 1_000, 'mended', 'mended'));
};

/** A picture as a file of its own. */
export const pictureOf = (injection: Injection): string =>
  chartOf(injection).replace(
    /^<svg ([^>]*)>/,
    `<svg xmlns="http://www.w3.org/2000/svg" $1><style>${pictureStyle}</style>`,
  );

/** What happened over time, as a picture: how many were answered, how long it took, who held the VIP and the primary. */
export const chartOf = (injection: Injection): string => {
  const { bins, what, misses } = injection;
  if (bins.length === 0) return '';
  const range = [bins[0]?.second ?? 0, (bins.at(-1)?.second ?? 0) + 1] as const;
  const x = linear(range, [left, width - right]);
  const failed = bins.reduce((sum, bin) => sum + bin.failed, 0);
  const slowest = Math.max(...bins.map(({ longest }) => longest)) / 1_000;
  const words = `${what}: ${failed} requests failed, the longest took ${slowest.toFixed(2)} s; ${misses.length === 0 ? 'the mark was met' : 'the mark was missed'}`;
  const ticks = roundTicks(range[1], 10)
    .filter((second) => second >= range[0])
    .map((second) => text(x(second), height - 8, `${second} s`, 'tick middle'));
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(words)}">${rates(bins, x)}${times(bins, x)}${lanes(injection, x, range)}${moments(injection, x, range)}${ticks.join('')}</svg>`;
};
