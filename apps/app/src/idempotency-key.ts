import { Problem } from '@scale-up/service';

// Printable ASCII, space included (RFC 9651 3.3.3 allows no other in a string).
const printable = /^[\x20-\x7E]{1,255}$/;

/** A string of structured fields (RFC 9651 3.3.3): in quotes, where `\` stands before `"` and `\`. */
const quoted = /^"((?:[^"\\]|\\["\\])*)"$/;

/**
 * The key by which a client names a write (draft-ietf-httpapi-idempotency-key-header-07), quoted or bare: `"abc"` and `abc` are the same.
 * @param header the field's value; undefined where there is none
 * @param isRequired whether the operation cannot do without
 * @returns undefined where there is none
 * @throws Problem 400 when a required one is missing, or it is not 1 to 255 printable characters
 */
export const readIdempotencyKey = (header: string | string[] | undefined, isRequired: boolean): string | undefined => {
  const text = (Array.isArray(header) ? header.join(', ') : header)?.trim();
  if (text === undefined) {
    if (isRequired) throw new Problem('idempotency-key-missing', { 'idempotency-key': ['is missing'] });
    return undefined;
  }
  const key = text.startsWith('"') ? quoted.exec(text)?.[1]?.replace(/\\(.)/g, '$1') : text;
  if (key === undefined || !printable.test(key)) {
    throw new Problem('idempotency-key-invalid', { 'idempotency-key': ['must be 1 to 255 printable characters'] });
  }
  return key;
};
