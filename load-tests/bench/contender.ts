import { type Asked, wrk } from './client/wrk.ts';
import type { Contender, Part } from './pair.ts';

/**
 * One that is asked by wrk.
 * @param parts what works for it, by name; the first is what is measured
 */
export const askedByWrk = (asked: Asked, parts: Readonly<Record<string, Part>>): Contender => ({
  ask: (seconds) => wrk(asked, seconds),
  parts,
});
