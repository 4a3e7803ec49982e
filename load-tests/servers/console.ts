import { dim, print } from '@scale-up/infra/local/terminal.ts';
import { lineOf, type Measured } from './table.ts';

/** Seconds until a site that is not whole at first counts as one that will not be. */
export const patience = 300;

/** 128 + 2, what a shell says of a program that Ctrl-C ended. */
export const interrupted = 130;

/** @throws Error with a sentence when an option is no whole number above 0 */
export const whole = (name: string, text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number above 0, not "${text}"`);
};

/** Sentences about one mark; the files that a run writes have them all. */
const shown = 8;

/** Prints what a mark came to, and of one that was missed the requests that say why. */
export const show = (measured: Measured): void => {
  print(lineOf(measured));
  for (const miss of measured.misses.slice(0, shown)) print(`    ${miss}`);
  if (measured.misses.length > shown) print(`    … and ${measured.misses.length - shown} more`);
  if (measured.misses.length === 0) return;
  for (const failure of measured.found.figures.failures) print(dim(`    failed: ${failure}`));
  for (const slow of measured.found.figures.slowest) print(dim(`    slow: ${slow}`));
};
