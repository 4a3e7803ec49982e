export type Range = { readonly first: number; readonly last: number };

/**
 * Reads a Range field (RFC 9110 14.1.2) against a length.
 * @returns the part to send; 'unsatisfiable' for 416; undefined for the whole: no byte range, malformed, or several parts, which a
 *   server may answer with the whole (14.2) and which are asked for mostly by attackers
 */
export const parseRange = (field: string, length: number): Range | 'unsatisfiable' | undefined => {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(field);
  if (!match) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '') {
    if (to === '') return undefined;
    const suffix = Math.min(Number(to), length);
    return suffix === 0 ? 'unsatisfiable' : { first: length - suffix, last: length - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= length) return 'unsatisfiable';
  return { first, last: to === '' ? length - 1 : Math.min(Number(to), length - 1) };
};
