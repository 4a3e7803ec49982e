import { Problem } from '@scale-up/service';

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

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
 * @param part a request's parsed body, query or path parameters
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
