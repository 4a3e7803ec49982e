/** Content codings this server may hold a file in, beside identity. */
export const codings = ['br', 'zstd', 'gzip'] as const;
export type Coding = (typeof codings)[number];
export type CodingOrIdentity = Coding | 'identity';

/** How much a client wants each coding, from 0 (not at all) to 1. */
export type Preferences = Readonly<Record<CodingOrIdentity, number>>;

// RFC 9110 12.5.3: identity is acceptable unless excluded, yet a client that lists codings wants one of them.
const identityWhenUnlisted = 0.0001;

const onlyIdentity: Preferences = { br: 0, zstd: 0, gzip: 0, identity: 1 };

/**
 * Reads an Accept-Encoding field (RFC 9110 12.5.3).
 * @param field its value; undefined means that the client said nothing
 */
export const parseAcceptEncoding = (field: string | undefined): Preferences => {
  if (field === undefined) return onlyIdentity;
  const listed = new Map<string, number>();
  for (const element of field.toLowerCase().split(',')) {
    const match = /^[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/.exec(
      element,
    );
    if (match?.[1]) listed.set(match[1] === 'x-gzip' ? 'gzip' : match[1], Number(match[2] ?? 1));
  }
  const others = listed.get('*');
  const weight = (coding: Coding): number => listed.get(coding) ?? others ?? 0;
  return {
    br: weight('br'),
    zstd: weight('zstd'),
    gzip: weight('gzip'),
    identity: listed.get('identity') ?? (others === 0 ? 0 : identityWhenUnlisted),
  };
};

// Browsers send a handful of values; whoever sends others must not fill the memory.
const maxRemembered = 200;
const remembered = new Map<string | undefined, Preferences>();

/** The same, remembered by value. */
export const preferencesOf = (field: string | undefined): Preferences => {
  const known = remembered.get(field);
  if (known) return known;
  const preferences = parseAcceptEncoding(field);
  if (remembered.size < maxRemembered) remembered.set(field, preferences);
  return preferences;
};

/**
 * The representation to send: the most wanted one, the smallest among equals.
 * @param representations the file's, smallest first
 * @returns undefined when the client excludes all of them
 */
export const negotiate = <R extends { readonly coding: CodingOrIdentity }>(
  representations: readonly R[],
  preferences: Preferences,
): R | undefined => {
  let best: R | undefined;
  let bestWeight = 0;
  for (const representation of representations) {
    const weight = preferences[representation.coding];
    if (weight > bestWeight) {
      best = representation;
      bestWeight = weight;
    }
  }
  return best;
};
