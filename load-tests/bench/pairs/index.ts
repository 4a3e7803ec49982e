import type { Pair } from '../pair.ts';
import { addedPairs } from './added.ts';
import { articlePairs } from './articles.ts';
import { edgePairs } from './edge.ts';
import { filePairs } from './files.ts';
import { forwardingPairs } from './forwarding.ts';
import { growthPairs } from './growth.ts';
import { orderPairs } from './orders.ts';
import { tracesPairs } from './traces.ts';

/** All of them, from the client's side to the database's. */
export const allPairs: readonly Pair[] = [
  ...edgePairs,
  ...filePairs,
  ...forwardingPairs,
  ...addedPairs,
  ...articlePairs,
  ...orderPairs,
  ...growthPairs,
  ...tracesPairs,
];

/**
 * Those of the short bench: one of each kind, two minutes in all. `order` waits for a disk, which is another one each time.
 */
export const shortPairs: readonly string[] = ['file-small-nginx', 'forward-nginx', 'list-uncached', 'list', 'article'];
