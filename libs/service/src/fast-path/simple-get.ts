import { limits } from '../limits.ts';

/** A GET that asks for nothing but the whole of something. */
export type SimpleGet = {
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly acceptEncoding: string | undefined;
  readonly requestId: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly traceparent: string | undefined;
};

// One whole request (RFC 9112 3, 5) of printable ASCII, and nothing after it: a subset of what Node's parser accepts, and read in the same way.
const form = /^GET \/[!"$-~]* HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[\t -~]*\r\n)+\r\n$/;

const getAndSpace = 0x47_45_54_20;
const blankLine = 0x0d_0a_0d_0a;
const targetAt = 'GET '.length;
const shortest = 'GET / HTTP/1.1\r\n\r\n'.length;

// RFC 3986 3.2.2 and a port, as in request-checks.ts, and not empty.
const hostForm = /^[\w.~!$&'()*+,;=%:[\]-]+$/;

const kept = {
  'accept-encoding': 'acceptEncoding',
  'x-request-id': 'requestId',
  'x-forwarded-for': 'forwardedFor',
  traceparent: 'traceparent',
} as const;
/** Whatever has one of these is not simple: content, a condition, a part, an expectation, another protocol. */
const notSimple = [
  'content-length',
  'transfer-encoding',
  'expect',
  'upgrade',
  'te',
  'trailer',
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
] as const;

// Length and first letter tell most other fields apart without a copy of the name.
const mark = (length: number, letter: number): number => Math.min(length, 31) * 32 + (letter & 31);
const marked = new Uint8Array(32 * 32);
for (const name of [...Object.keys(kept), ...notSimple, 'host', 'connection'])
  marked[mark(name.length, name.charCodeAt(0))] = 1;

/**
 * Reads a request that came in one piece.
 * @param chunk what a connection gave
 * @returns undefined for everything else, which is for Node's parser to read or refuse
 */
export const readSimpleGet = (chunk: Buffer): SimpleGet | undefined => {
  const { length } = chunk;
  if (length > limits.headers || length < shortest) return undefined;
  if (chunk.readUInt32BE(0) !== getAndSpace || chunk.readUInt32BE(length - 4) !== blankLine) return undefined;
  const text = chunk.toString('latin1');
  if (!form.test(text)) return undefined;
  const lineEnd = text.indexOf('\r\n');
  const found: { -readonly [Key in keyof SimpleGet]: SimpleGet[Key] } = {
    target: text.slice(targetAt, lineEnd - ' HTTP/1.1'.length),
    acceptEncoding: undefined,
    requestId: undefined,
    forwardedFor: undefined,
    traceparent: undefined,
  };
  let hasHost = false;
  for (let at = lineEnd + 2; at < length - 2;) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    if (marked[mark(colon - at, text.charCodeAt(at))] === 1) {
      const name = text.slice(at, colon).toLowerCase();
      const value = text.slice(colon + 1, end).trim();
      if (name === 'host') {
        if (hasHost || !hostForm.test(value)) return undefined;
        hasHost = true;
      } else if (name === 'connection') {
        if (value.toLowerCase() !== 'keep-alive') return undefined;
      } else if (Object.hasOwn(kept, name)) {
        const key = kept[name as keyof typeof kept];
        if (found[key] !== undefined) return undefined;
        found[key] = value;
      } else if ((notSimple as readonly string[]).includes(name)) return undefined;
    }
    at = end + 2;
  }
  return hasHost ? found : undefined;
};
