import { randomOf } from '../traffic/random.ts';

/** How often and in which order things are done. */
export type Course = { readonly repeat: number; readonly shuffle: boolean; readonly seed: number };

/** Everything so many times, round by round, so that a run that is interrupted has seen all of it; each round in an order of its own when they are shuffled. */
export const orderOf = <Thing>(things: readonly Thing[], { repeat, shuffle, seed }: Course): Thing[] => {
  const random = randomOf(seed);
  return Array.from({ length: repeat }, () => {
    const drawn = things.map((thing) => ({ thing, place: random() }));
    if (shuffle) drawn.sort((a, b) => a.place - b.place);
    return drawn.map(({ thing }) => thing);
  }).flat();
};
