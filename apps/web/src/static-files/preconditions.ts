import type { IncomingHttpHeaders } from 'node:http';

type Validators = { readonly etag: string; /** In whole seconds. */ readonly modified: number };

/** Entity tags of a field such as `"a", W/"b"`; what is no tag is skipped. */
const tagsOf = (field: string): string[] => field.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];

/** Seconds of an HTTP date in any of its three forms (RFC 9110 5.6.7); NaN for anything else. */
const secondsOf = (date: string | undefined): number => {
  if (date === undefined || !/^[A-Z][a-z]{2,8},? /.test(date)) return Number.NaN;
  return Math.floor(Date.parse(date.endsWith('GMT') ? date : `${date} GMT`) / 1000);
};

const matchesWeakly = (field: string, etag: string): boolean =>
  field.trim() === '*' || tagsOf(field).some((tag) => tag === etag || tag === `W/${etag}`);

const matchesStrongly = (field: string, etag: string): boolean => field.trim() === '*' || tagsOf(field).includes(etag);

/** Whether any field asks for what a plain GET does not need. */
export const isConditional = (headers: IncomingHttpHeaders): boolean =>
  headers['if-none-match'] !== undefined ||
  headers['if-modified-since'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-unmodified-since'] !== undefined;

/**
 * Evaluates the preconditions of a GET or HEAD in the order of RFC 9110 13.2.2; a date that is none is ignored.
 * @returns the status to answer instead of 200, or undefined to go on
 */
export const checkPreconditions = (
  headers: IncomingHttpHeaders,
  { etag, modified }: Validators,
): 304 | 412 | undefined => {
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined) {
    if (!matchesStrongly(ifMatch, etag)) return 412;
  } else if (modified > secondsOf(headers['if-unmodified-since'])) return 412;
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) return matchesWeakly(ifNoneMatch, etag) ? 304 : undefined;
  return modified <= secondsOf(headers['if-modified-since']) ? 304 : undefined;
};

/**
 * Whether If-Range lets the Range count (RFC 9110 13.1.5): a strong tag that is equal, or exactly the date of the last change.
 */
export const ifRangeHolds = (field: string | undefined, { etag, modified }: Validators): boolean =>
  field === undefined || (field.includes('"') ? field.trim() === etag : secondsOf(field) === modified);
