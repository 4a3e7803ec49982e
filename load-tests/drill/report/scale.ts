/** Where things are in a picture, in its own units. */
export type Frame = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

export type Scale = (value: number) => number;

/** From a range of values to a range of places. */
export const linear =
  ([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale =>
  (value) =>
    high === low ? from : from + ((value - low) / (high - low)) * (to - from);

/** The same for values above 0 of which the largest are thousands of times the smallest. */
export const logarithmic = ([low, high]: readonly [number, number], range: readonly [number, number]): Scale => {
  const scale = linear([Math.log10(low), Math.log10(high)], range);
  return (value) => scale(Math.log10(Math.min(high, Math.max(low, value))));
};

const steps = [1, 2, 5, 10];

/** Round numbers from 0 to a largest value, at most so many. */
export const roundTicks = (most: number, count: number): number[] => {
  const rough = Math.max(most, 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (steps.find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
};

/** A number as an attribute has it: a tenth of a unit is finer than any screen. */
export const place = (value: number): string => String(Math.round(value * 10) / 10);
