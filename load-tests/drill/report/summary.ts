import { median } from '../../servers/figures.ts';
import type { Injection } from '../record.ts';

/** All that happened under one name. */
export type SummaryRow = {
  readonly mark: string;
  readonly what: string;
  readonly limit: string;
  readonly group: string;
  readonly runs: number;
  /** Median and largest; seconds. */
  readonly stall: readonly [number, number];
  readonly failed: readonly [number, number];
  readonly inFlight: readonly [number, number];
  /** Of all runs together. */
  readonly lost: number;
  readonly redundancy: readonly [number, number];
  readonly missed: number;
};

const both = (values: readonly number[]): readonly [number, number] => [median(values), Math.max(...values)];

/** A row for each name, in the order in which they were first tried. */
export const summaryOf = (injections: readonly Injection[]): SummaryRow[] =>
  [...Map.groupBy(injections, ({ mark }) => mark)].map(([mark, runs]) => {
    const [first] = runs;
    const found = runs.map((run) => run.found);
    return {
      mark,
      what: first?.what ?? '',
      limit: first?.limit ?? '',
      group: first?.group ?? '',
      runs: runs.length,
      stall: both(found.map(({ figures }) => figures.longest)),
      failed: both(found.map(({ figures }) => figures.failed)),
      inFlight: both(found.map(({ figures }) => figures.failedInFlight)),
      lost: found.reduce((sum, { violations }) => sum + violations.length, 0),
      redundancy: both(found.map(({ redundancy }) => redundancy)),
      missed: runs.filter(({ misses }) => misses.length > 0).length,
    };
  });

/** Seconds as the tables show them. */
export const seconds = (time: number): string => `${time.toFixed(time < 10 ? 2 : 1)} s`;

/** One value, or median and maximum. */
export const pair = (
  [middle, most]: readonly [number, number],
  runs: number,
  text: (value: number) => string,
): string => (runs === 1 ? text(most) : `${text(middle)} · ${text(most)}`);

/** A time of minutes and hours. */
export const duration = (time: number): string => {
  const minutes = Math.round(time / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
