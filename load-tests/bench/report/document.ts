import { tableOf } from './table.ts';
import type { Result } from '../pair.ts';

/** A bench, as it is kept. */
export type BenchRecord = {
  readonly date: string;
  readonly command: string;
  readonly processor: string;
  readonly cores: number;
  readonly kernel: string;
  readonly node: string;
  readonly results: readonly Result[];
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
}: BenchRecord): string => `# Bench of ${date.slice(0, 10)}

${processor}, ${cores} cores, Linux ${kernel}, Node ${node}.

\`\`\`sh
${command}
\`\`\`

Both of a pair ran on one core, the client (wrk, 64 connections) and what is behind on the other; they were asked by turns. *Ratio*: of the medians; in brackets the lowest and the highest of the
single rounds. Absolute figures are this machine's.

![requests per second, as many times those of others](bench.svg)

${tableOf(results)}
`;
