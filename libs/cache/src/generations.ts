import { randomBytes } from 'node:crypto';
import type { ChainableCommander } from 'ioredis';

/**
 * The generation of a group is a random word in the shared store. Values carry those under which they were read, and are fresh only
 * while they still stand. To invalidate is to delete the word; the next reader draws a new one. So no old one can come back, whether
 * the server was restarted, emptied or had to evict it, and invalidating works on a server too full to write.
 */
export type Generation = string | null;

/** In seconds. Groups that nobody reads are gone after it; for others it costs one load. */
const lifetime = 3_600;

/** All of them as one word to compare; undefined when one is missing, under which nothing is fresh. */
export const joinGenerations = (generations: readonly Generation[]): string | undefined =>
  generations.includes(null) ? undefined : generations.join(',');

/** Draws those that are missing. When another process is faster, its own stay. */
export const drawGenerations = (
  commands: ChainableCommander,
  keys: readonly string[],
  known: readonly Generation[],
): void => {
  keys.forEach((key, i) => {
    if (known[i] === null) commands.set(key, randomBytes(9).toString('base64url'), 'EX', lifetime, 'NX');
  });
};
