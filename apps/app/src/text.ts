import { Problem } from '@scale-up/service';

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/**
 * Refuses a query string that is not percent-encoded UTF-8; the parser would take it as it stands.
 * @throws Problem 400
 */
export const requireReadableQuery = (url: string): void => {
  const start = url.indexOf('?');
  if (start < 0 || !url.includes('%', start)) return;
  try {
    decodeURIComponent(url.slice(start));
  } catch {
    throw new Problem('bad-request');
  }
};

const findUnstorable = (value: unknown, path: string): string | undefined => {
  if (typeof value === 'string') return isStorable(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const found = findUnstorable(member, path ? `${path}.${key}` : key);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * Refuses text that cannot be stored.
 * @param part a request's body, query or path parameters, with nothing in it that the schema does not name
 * @throws Problem 422 that names the field, without the object that wraps a body
 */
export const requireStorableText = (part: unknown): void => {
  const path = findUnstorable(part, '');
  if (path === undefined) return;
  const field = path.includes('.') ? path.slice(path.indexOf('.') + 1) : path;
  throw new Problem('validation-failed', {
    [isStorable(field) ? field : 'body']: ['contains characters that cannot be stored (NUL or a lone surrogate)'],
  });
};
