import type { Gathered } from './gather.ts';
import type { Period } from './period.ts';
import type { Hop } from './request.ts';
import type { Line } from './timeline.ts';

/** What is told. */
export type Explanation = {
  /** What the timeline is about. */
  readonly period: Period;
  /** When the request began; undefined where a time is explained. */
  readonly begin: number | undefined;
  readonly traceId: string | undefined;
  /** In sentences, what matters first. */
  readonly story: readonly string[];
  readonly lines: readonly Line[];
  /** The stays of the request; of a time, the requests at the edges that are worth a word. */
  readonly requests: readonly Hop[];
  /** What could not be read, in sentences. */
  readonly missing: readonly string[];
};

/** What could not be read, in sentences. */
export const missingIn = ({ faults, cuts }: Pick<Gathered, 'faults' | 'cuts'>): string[] => [
  ...Object.entries(faults).map(([name, fault]) => `${name} does not answer, so its journal is missing: ${fault}`),
  ...cuts,
];
