import { clock, lasting } from './period.ts';
import type { Explanation } from './explanation.ts';
import type { Line } from './timeline.ts';

/** Characters of what a line says; an error may quote a whole statement. */
const widest = 160;
/** Lines on a screen; a longer timeline is read with --json, or asked for in parts. */
const most = 400;
/** Milliseconds of silence that are shown as such: in a request's time half a second is long. */
const silence = { request: 500, period: 5_000 };

/** Logs hold what strangers sent: nothing of it may move a terminal's cursor, or turn its text around. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');

const shortened = (text: string): string => {
  const line = printable(text.replaceAll(/\s+/g, ' '));
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
};

const offset = (milliseconds: number): string =>
  `${milliseconds < 0 ? '−' : '+'}${(Math.abs(milliseconds) / 1_000).toFixed(3)}`;

const repeated = ({ count, at, until }: Line): string => {
  if (count === 1) return '';
  return until - at < 1 ? ` (${count} times)` : ` (${count} times, until ${clock(until)})`;
};

/** A row for each line, and one for each silence between two. */
const rowsOf = ({ begin, lines }: Explanation): string[] => {
  const shown = lines.slice(0, most);
  const widthOf = (cell: (line: Line) => string): number => Math.max(0, ...shown.map((line) => cell(line).length));
  const serverOf = ({ servers }: Line): string => servers.join(' ');
  const widths = { server: widthOf(serverOf), who: widthOf(({ who }) => who) };
  let last: number | undefined;
  const rows = shown.flatMap((line) => {
    const gap = last === undefined ? 0 : line.at - last;
    last = Math.max(last ?? 0, line.until);
    const cells = [
      line.isOfRequest ? '•' : ' ',
      clock(line.at),
      ...(begin === undefined ? [] : [offset(line.at - begin).padStart(8)]),
      serverOf(line).padEnd(widths.server),
      line.who.padEnd(widths.who),
      `${shortened(line.what)}${repeated(line)}`,
    ];
    const isSilent = gap >= (begin === undefined ? silence.period : silence.request);
    return [...(isSilent ? [`    ⋮ ${lasting(gap)}`] : []), cells.join('  ')];
  });
  const more = lines.length - shown.length;
  return more > 0 ? [...rows, `… and ${more} more lines: choose a shorter time, or --json.`] : rows;
};

/** The story, then the timeline, then what is missing in it. */
export const screen = (inventory: string, subject: string, explanation: Explanation): string => {
  const { story, period, traceId, missing } = explanation;
  const day = new Date(period.from).toISOString().slice(0, 10);
  const head = [inventory, subject, ...(traceId ? [`trace ${traceId}`] : []), `${day}, times in UTC`].join(' · ');
  const rows = rowsOf(explanation);
  return [
    head,
    '',
    ...story.map(printable),
    ...(rows.length > 0 ? ['', ...rows] : []),
    '',
    ...missing.map((text) => `! ${printable(text)}`),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
};
