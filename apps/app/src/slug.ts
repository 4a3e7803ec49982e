import { randomBytes } from 'node:crypto';
import { violatedConstraint } from '@scale-up/database';
import anyAscii from 'any-ascii';

/** Long enough for a telling title, short enough for an address bar. */
const maxLength = 100;

/** Names that are routes of the API or pages of the site. */
const reserved = new Set(['feed', 'new']);

/**
 * A URL-safe name from a title: transliterated, lower case, words joined by hyphens, at most 100 characters. May be empty, when a
 * title has neither letters nor digits.
 */
export const slugOf = (title: string): string => {
  const words = anyAscii(title.normalize('NFKC'))
    .toLowerCase()
    .replace(/['’]/g, '')
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  let slug = '';
  for (const word of words) {
    const longer = slug ? `${slug}-${word}` : word;
    if (longer.length > maxLength) return slug || word.slice(0, maxLength);
    slug = longer;
  }
  return slug;
};

/** Names to try for a title, in order: the plain one, then with a random ending. `kind` stands where a title gives no name. */
export function* slugCandidates(title: string, kind: string): Generator<string, void> {
  const slug = slugOf(title);
  if (slug && !reserved.has(slug)) yield slug;
  for (let attempt = 0; attempt < 5; attempt++) yield `${slug || kind}-${randomBytes(4).toString('hex')}`;
}

/**
 * The first name for a title that nothing else has.
 * @param own the name that the thing has now, which is free for it
 */
export const freeSlug = async (
  title: string,
  kind: string,
  own: string,
  isTaken: (slug: string) => Promise<boolean>,
): Promise<string> => {
  for (const slug of slugCandidates(title, kind)) {
    if (slug === own || !(await isTaken(slug))) return slug;
  }
  throw new Error(`no free slug for the title "${title}"`);
};

/** Whether somebody else took the name between the question and the write; asked again, it is taken. */
export const isSlugLost = (error: unknown): boolean => violatedConstraint(error)?.endsWith('_slug_key') ?? false;
