import type { Attributes } from './span.ts';

/** How many attributes something may have, and how many characters a value. */
export type Limits = { readonly count: number; readonly longest: number };

const isWithin = (attributes: Attributes, { count, longest }: Limits): boolean => {
  let found = 0;
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined) continue;
    found += 1;
    if (found > count || (typeof value === 'string' && value.length > longest)) return false;
  }
  return true;
};

/** The attributes that are sent, and how many are not; hardly ever others than were given. */
export const limited = (
  attributes: Attributes,
  limits: Limits,
): { readonly attributes: Attributes; readonly droppedAttributes: number } => {
  if (isWithin(attributes, limits)) return { attributes, droppedAttributes: 0 };
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const kept = given
    .slice(0, limits.count)
    .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, limits.longest) : value]);
  return { attributes: Object.fromEntries(kept) as Attributes, droppedAttributes: given.length - kept.length };
};
