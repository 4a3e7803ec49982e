import type { ReceivedSpan } from '@scale-up/testing';

const lines = (spans: readonly ReceivedSpan[], parentId: string, depth: number): string[] =>
  spans
    .filter((span) => span.parentId === parentId)
    .toSorted((a, b) => a.start - b.start)
    .flatMap((span) => [
      `${'  '.repeat(depth)}${span.service} ${span.kind} ${span.name}${span.isFailed ? ' failed' : ''}`,
      ...lines(spans, span.spanId, depth + 1),
    ]);

/** A trace, one line a span, each below what it was done for. Nothing that is no part of the tree shows. */
export const treeOf = (spans: readonly ReceivedSpan[]): string[] => lines(spans, '', 0);

/** Whether the root is there, and nobody's parent is missing. */
export const isWhole = (spans: readonly ReceivedSpan[]): boolean =>
  spans.length > 0 && treeOf(spans).length === spans.length;
