import { limits } from '../limits.ts';

/** A GET without content, conditions on a connection, or anything else that Node's parser would have to see to. */
export type SimpleGet = {
  /** Path and query, as they were sent. */
  readonly target: string;
  /** Name, value, name, value, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly host: string;
  readonly acceptEncoding: string | undefined;
  readonly requestId: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly forwardedProto: string | undefined;
  readonly forwardedHost: string | undefined;
  readonly traceparent: string | undefined;
  /** Whether it asks for a part, or under a condition. */
  readonly isConditional: boolean;
};

// One whole request (RFC 9112 3, 5) of printable ASCII, and nothing after it: a subset of what Node's parser accepts, read in the same way.
const form = /^GET \/[!"$-~]* HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[\t -~]*\r\n)+\r\n$/;

const getAndSpace = 0x47_45_54_20;
const blankLine = 0x0d_0a_0d_0a;
const targetAt = 'GET '.length;
const shortest = 'GET / HTTP/1.1\r\n\r\n'.length;

// RFC 3986 3.2.2 and a port, as in request-checks.ts, and not empty.
const hostForm = /^[\w.~!$&'()*+,;=%:[\]-]+$/;

type Kept =
  | 'host'
  | 'acceptEncoding'
  | 'requestId'
  | 'forwardedFor'
  | 'forwardedProto'
  | 'forwardedHost'
  | 'traceparent';

/** What a field means here: where its value is kept, or what it makes of the request. */
const meanings: ReadonlyMap<string, Kept | 'condition' | 'connection' | 'not simple'> = new Map([
  ['host', 'host'],
  ['accept-encoding', 'acceptEncoding'],
  ['x-request-id', 'requestId'],
  ['x-forwarded-for', 'forwardedFor'],
  ['x-forwarded-proto', 'forwardedProto'],
  ['x-forwarded-host', 'forwardedHost'],
  ['traceparent', 'traceparent'],
  ['range', 'condition'],
  ['if-range', 'condition'],
  ['if-match', 'condition'],
  ['if-none-match', 'condition'],
  ['if-modified-since', 'condition'],
  ['if-unmodified-since', 'condition'],
  ['connection', 'connection'],
  ['content-length', 'not simple'],
  ['transfer-encoding', 'not simple'],
  ['expect', 'not simple'],
  ['upgrade', 'not simple'],
  ['te', 'not simple'],
  ['trailer', 'not simple'],
  ['keep-alive', 'not simple'],
]);

// Length and first letter tell most other fields apart without a look into the map.
const mark = (length: number, letter: number): number => Math.min(length, 31) * 32 + (letter & 31);
const marked = new Uint8Array(32 * 32);
for (const name of meanings.keys()) marked[mark(name.length, name.charCodeAt(0))] = 1;

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
  const rawHeaders: string[] = [];
  let isConditional = false;
  const kept: Record<Kept, string | undefined> = {
    host: undefined,
    acceptEncoding: undefined,
    requestId: undefined,
    forwardedFor: undefined,
    forwardedProto: undefined,
    forwardedHost: undefined,
    traceparent: undefined,
  };
  for (let at = lineEnd + 2; at < length - 2;) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    const name = text.slice(at, colon);
    const value = text.slice(colon + 1, end).trim();
    rawHeaders.push(name, value);
    at = end + 2;
    if (marked[mark(name.length, name.charCodeAt(0))] === 0) continue;
    const meaning = meanings.get(name.toLowerCase());
    if (meaning === undefined) continue;
    if (meaning === 'condition') isConditional = true;
    else if (meaning === 'not simple' || (meaning === 'connection' && value.toLowerCase() !== 'keep-alive'))
      return undefined;
    else if (meaning !== 'connection') {
      // Twice the same field: Node knows which of them are lists.
      if (kept[meaning] !== undefined) return undefined;
      kept[meaning] = value;
    }
  }
  const { host } = kept;
  if (host === undefined || !hostForm.test(host)) return undefined;
  return { ...kept, host, target: text.slice(targetAt, lineEnd - ' HTTP/1.1'.length), rawHeaders, isConditional };
};
