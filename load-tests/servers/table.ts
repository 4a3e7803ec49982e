import { median } from './figures.ts';
import type { Found } from './limits.ts';

/** A mark that was measured. */
export type Measured = {
  readonly mark: string;
  readonly what: string;
  readonly limit: string;
  readonly found: Found;
  /** In which it was missed: sentences. */
  readonly misses: readonly string[];
};

const seconds = (time: number): string => `${time.toFixed(time < 10 ? 2 : 1)} s`;

/** What a run came to, in a line. */
export const lineOf = ({ mark, what, limit, found, misses }: Measured): string => {
  const { figures, violations, redundancy, undone } = found;
  const parts = [
    what,
    `limit ${limit}`,
    `stall ${seconds(figures.longest)}`,
    ...(figures.longestReturn > 0 ? [`return ${seconds(figures.longestReturn)}`] : []),
    `gap ${seconds(figures.gap)}`,
    `p99 ${seconds(figures.p99)} (quiet ${seconds(figures.quiet.p99)})`,
    `${figures.failed} of ${figures.sent} failed (${figures.failedInFlight} in flight)`,
    `${violations.length} lost or doubled`,
    ...(undone === undefined ? [] : [`undone after ${seconds(undone)}`]),
    `whole after ${seconds(redundancy)}`,
  ];
  return `${misses.length === 0 ? '✔' : '✘'} ${mark} · ${parts.join(' · ')}`;
};

const head = [
  'mark',
  'event',
  'limit',
  'N',
  'longest stall',
  'gap',
  'failed',
  'in flight',
  'lost, doubled',
  'whole after',
  'met',
];

const both = (values: readonly number[], text: (value: number) => string): string =>
  values.length === 1 ? text(values[0] ?? 0) : `${text(median(values))} · ${text(Math.max(...values))}`;

/** Everything that was measured, as Markdown: of each mark how often, and where it was more than once median and maximum. */
export const markdownTable = (all: readonly Measured[]): string => {
  const groups = Map.groupBy(all, ({ mark }) => mark);
  const rows = [...groups].map(([mark, runs]) => {
    const of = (value: (found: Found) => number): number[] => runs.map(({ found }) => value(found));
    const met = runs.filter(({ misses }) => misses.length === 0).length;
    return [
      mark,
      runs[0]?.what ?? '',
      runs[0]?.limit ?? '',
      String(runs.length),
      both(
        of(({ figures }) => figures.longest),
        seconds,
      ),
      both(
        of(({ figures }) => figures.gap),
        seconds,
      ),
      both(
        of(({ figures }) => figures.failed),
        String,
      ),
      both(
        of(({ figures }) => figures.failedInFlight),
        String,
      ),
      both(
        of(({ violations }) => violations.length),
        String,
      ),
      both(
        of(({ redundancy }) => redundancy),
        seconds,
      ),
      met === runs.length ? 'yes' : `${met} of ${runs.length}`,
    ];
  });
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};
