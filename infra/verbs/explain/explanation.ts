import type { Gathered, Reached } from './gather.ts';
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

/**
 * What could not be read, in sentences.
 * @param parts whatever was read
 */
export const missingIn = (
  { begins, faults }: Reached,
  { from }: Period,
  ...parts: readonly Pick<Gathered, 'faults' | 'cuts'>[]
): string[] => [
  ...Object.entries(Object.assign({}, faults, ...parts.map((part) => part.faults)) as Gathered['faults']).map(
    ([name, fault]) => `${name} does not answer, so its journal is missing: ${fault}`,
  ),
  ...parts.flatMap(({ cuts }) => cuts),
  ...Object.entries(begins)
    .filter(([, begin]) => begin > from)
    .map(
      ([name, begin]) =>
        `${name}: its journal begins on ${new Date(begin).toISOString()}; of what was before it says nothing.`,
    ),
];
