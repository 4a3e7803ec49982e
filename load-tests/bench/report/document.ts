import { misses } from '../marks.ts';
import type { Result } from '../pair.ts';
import { tableOf } from './table.ts';

/** A bench, as it is kept. */
export type BenchRecord = {
  readonly date: string;
  readonly command: string;
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly results: readonly Result[];
  /** What could not be measured here, and why. */
  readonly leftOut: readonly string[];
};

/** Why a mark is missed, where that is known. */
const reasonOf = (result: Result): string[] => {
  const { what, against, mark } = result;
  return mark.known && misses(result).length > 0 ? [`*${what}, against ${against}*: ${mark.known.because}.`] : [];
};

/** The page of a bench. */
export const documentOf = ({
  date,
  command,
  processor,
  cores,
  kernel,
  node,
  results,
  leftOut,
}: BenchRecord): string => `# Bench of ${date.slice(0, 10)}

${processor}, ${cores} cores, Linux ${kernel}, Node ${node}.

\`\`\`sh
${command}
\`\`\`

Both of a pair ran on one core, the client and what is behind on the other; they were asked by turns. *Found*: of the medians; in brackets the lowest and the highest of the single rounds. *µs of a
core*: what a request costs the part that is measured. Memory is that of the same part after the last round. The client is wrk with 64 connections, for growth with 4; for what web adds, a sender at a constant rate. Absolute figures are this
machine's.

![ours beside theirs: requests per second, and of growth the time of the slowest hundredth](bench.svg)

${tableOf(results)}

Where the time of what is missed goes: [profiles](profiles.md).
${[...results.flatMap(reasonOf), ...leftOut.map((text) => `Not measured: ${text}.`)].map((text) => `\n${text}\n`).join('')}`;
