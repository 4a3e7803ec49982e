import { randomBytes } from 'node:crypto';
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
