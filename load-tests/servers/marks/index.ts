import type { Mark } from '../measure.ts';
import { balancerMarks } from './balancers.ts';
import { databaseMarks } from './database.ts';
import { instanceMarks } from './instances.ts';
import { joinMarks } from './join.ts';
import { releaseMarks } from './releases.ts';
import { serverMarks } from './servers.ts';

const numberOf = ({ name }: Mark): number => Number.parseInt(name, 10);

/**
 * All marks, in the order of their numbers.
 * @param minutes of those in which nothing happens
 */
export const allMarks = (minutes: number): Mark[] =>
  [
    ...balancerMarks,
    ...instanceMarks,
    ...databaseMarks,
    ...releaseMarks,
    ...joinMarks,
    ...serverMarks(minutes),
  ].toSorted((a, b) => numberOf(a) - numberOf(b));

/**
 * Picks marks by their names, or by a number for all of that number.
 * @throws Error with a sentence when there is no such mark
 */
export const pickMarks = <Named extends Pick<Mark, 'name'>>(
  marks: readonly Named[],
  wanted: readonly string[],
): Named[] => {
  const picks = (word: string, { name }: Named): boolean => name === word || name.startsWith(`${word}-`);
  const unknown = wanted.filter((word) => !marks.some((mark) => picks(word, mark)));
  if (unknown.length > 0) throw new Error(`there is no mark ${unknown.join(', ')}; --list names those there are`);
  return wanted.length === 0 ? [...marks] : marks.filter((mark) => wanted.some((word) => picks(word, mark)));
};
