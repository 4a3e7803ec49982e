/** What came is no answer of HTTP/1 that can be passed on. */
export class UnreadableAnswer extends Error {
  readonly code = 'UNREADABLE_ANSWER';
}

export const notHttp = 'the upstream does not answer in HTTP/1';

/** The beginning of an answer, and how its content is delimited. */
export type AnswerHead = {
  readonly status: number;
  /** Name, value, name, value, as they were sent. */
  readonly rawHeaders: string[];
  /** Bytes, in chunks, or until the connection ends. */
  readonly content: number | 'chunked' | 'until the end';
  /** Whether the connection ends with it. */
  readonly isLast: boolean;
};

// RFC 9112 4 and 5: one line each, without the folding that is obsolete; values may hold what is no ASCII (RFC 9110 5.5).
const form = /^HTTP\/1\.[01] [1-5]\d\d(?: [^\r\n\0]*)?\r\n(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n$/;

const lengthForm = /^\d{1,15}$/;

const hasNoContent = (status: number): boolean => status < 200 || status === 204 || status === 304;

/**
 * Reads the head of an answer to anything but CONNECT.
 * @param text with its blank line
 * @param isHead whether it answers HEAD, so that no content follows
 * @throws UnreadableAnswer when it is none, or when it says of its length what can be understood in two ways (RFC 9112 6.3)
 */
export const readAnswerHead = (text: string, isHead: boolean): AnswerHead => {
  if (!form.test(text)) throw new UnreadableAnswer(notHttp);
  const status = Number(text.slice(9, 12));
  const rawHeaders: string[] = [];
  let length: string | undefined;
  let coding: string | undefined;
  // What HTTP/1.0 says of keeping connections is not worth a thought.
  let isLast = text.charCodeAt(7) === 0x30;
  const end = text.length - 2;
  for (let at = text.indexOf('\r\n') + 2; at < end;) {
    const colon = text.indexOf(':', at);
    const lineEnd = text.indexOf('\r\n', colon);
    const name = text.slice(at, colon);
    const value = text.slice(colon + 1, lineEnd).trim();
    rawHeaders.push(name, value);
    at = lineEnd + 2;
    // Length and first letter tell most other fields apart.
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (!lengthForm.test(value) || (length !== undefined && length !== value))
        throw new UnreadableAnswer('the upstream answers with a length that is none');
      length = value;
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      coding = coding === undefined ? value.toLowerCase() : `${coding}, ${value}`;
    } else if (name.length === 10 && name.toLowerCase() === 'connection') {
      isLast ||= /(?:^|[\s,])close(?:$|[\s,])/i.test(value);
    }
  }
  if (isHead || hasNoContent(status)) return { status, rawHeaders, content: 0, isLast };
  if (coding !== undefined) {
    if (coding !== 'chunked' || length !== undefined)
      throw new UnreadableAnswer(`the upstream answers with a content that is delimited by "${coding}"`);
    return { status, rawHeaders, content: 'chunked', isLast };
  }
  if (length === undefined) return { status, rawHeaders, content: 'until the end', isLast: true };
  return { status, rawHeaders, content: Number(length), isLast };
};
