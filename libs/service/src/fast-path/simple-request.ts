import { limits } from '../limits.ts';

/** A request that says nothing about its connection, and whose content, if any, came whole. */
export type SimpleRequest = {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  /** Name, value, name, value, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer | undefined;
  readonly host: string;
  readonly acceptEncoding: string | undefined;
  readonly requestId: string | undefined;
  readonly attemptKey: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly forwardedProto: string | undefined;
  readonly forwardedHost: string | undefined;
  readonly traceparent: string | undefined;
  /** Whether it asks for a part, or under a condition. */
  readonly isConditional: boolean;
};

// The head of a request (RFC 9112 3, 5) in printable ASCII: a subset of what Node's parser accepts, read in the same way.
const form = /^(?:GET|POST|PUT|PATCH|DELETE) \/[!"$-~]* HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[\t -~]*\r\n)+\r\n$/;

const blankLine = Buffer.from('\r\n\r\n');
const shortest = 'GET / HTTP/1.1\r\n\r\n'.length;

// RFC 3986 3.2.2 and a port, as in request-checks.ts, and not empty.
const hostForm = /^[\w.~!$&'()*+,;=%:[\]-]+$/;

// As it is mostly written; what else RFC 9110 8.6 allows is for Node.
const lengthForm = /^(?:0|[1-9]\d{0,6})$/;

const fields = {
  host: 'host',
  'content-length': 'contentLength',
  'accept-encoding': 'acceptEncoding',
  'x-request-id': 'requestId',
  'x-attempt-key': 'attemptKey',
  'x-forwarded-for': 'forwardedFor',
  'x-forwarded-proto': 'forwardedProto',
  'x-forwarded-host': 'forwardedHost',
  traceparent: 'traceparent',
} as const;
type Kept = (typeof fields)[keyof typeof fields];

const conditions = [
  'range',
  'if-range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
] as const;
/** Fields that only Node's parser, or its server, knows what to do about. */
const notSimple = ['transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'keep-alive'] as const;

/** What a field means here: where its value is kept, or what it makes of the request. */
const meanings: ReadonlyMap<string, Kept | 'condition' | 'connection' | 'not simple'> = new Map([
  ...Object.entries(fields),
  ...conditions.map((name) => [name, 'condition'] as const),
  ...notSimple.map((name) => [name, 'not simple'] as const),
  ['connection', 'connection'],
]);

// Length and first letter tell most other fields apart without a look into the map.
const mark = (length: number, letter: number): number => Math.min(length, 31) * 32 + (letter & 31);
const marked = new Uint8Array(32 * 32);
for (const name of meanings.keys()) marked[mark(name.length, name.charCodeAt(0))] = 1;

/** Where the head of a request ends, with its blank line; 0 where that has not come, or is too far away. */
const endOfHead = (chunk: Buffer): number => {
  const { length } = chunk;
  // Mostly nothing follows.
  if (length <= limits.headers && chunk.readUInt32BE(length - 4) === 0x0d_0a_0d_0a) {
    return chunk.indexOf(blankLine) === length - 4 ? length : 0;
  }
  const at = chunk.indexOf(blankLine);
  return at === -1 || at + 4 > limits.headers ? 0 : at + 4;
};

/**
 * Reads a request that came in one piece.
 * @param chunk what a connection gave
 * @returns 'incomplete' while content is to come that web keeps in any case; undefined for everything else, which is for Node's parser
 *   to read or refuse
 */
export const readSimpleRequest = (chunk: Buffer): SimpleRequest | 'incomplete' | undefined => {
  if (chunk.length < shortest) return undefined;
  const headLength = endOfHead(chunk);
  if (headLength === 0) return undefined;
  const text = chunk.toString('latin1', 0, headLength);
  if (!form.test(text)) return undefined;
  const lineEnd = text.indexOf('\r\n');
  const rawHeaders: string[] = [];
  let isConditional = false;
  const kept: Record<Kept, string | undefined> = {
    host: undefined,
    contentLength: undefined,
    acceptEncoding: undefined,
    requestId: undefined,
    attemptKey: undefined,
    forwardedFor: undefined,
    forwardedProto: undefined,
    forwardedHost: undefined,
    traceparent: undefined,
  };
  for (let at = lineEnd + 2; at < headLength - 2;) {
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
    else if (meaning === 'not simple') return undefined;
    else if (meaning === 'connection') {
      if (value.toLowerCase() !== 'keep-alive') return undefined;
    } else {
      // Twice the same field: Node knows which of them are lists.
      if (kept[meaning] !== undefined) return undefined;
      kept[meaning] = value;
    }
  }
  const { host, contentLength, ...others } = kept;
  if (host === undefined || !hostForm.test(host)) return undefined;
  const space = text.indexOf(' ');
  const method = text.slice(0, space);
  // Content of a GET has no meaning (RFC 9110 9.3.1), and is not worth a thought here.
  if (method === 'GET' && contentLength !== undefined) return undefined;
  const body = contentOf(chunk, headLength, contentLength);
  if (body === 'other') return undefined;
  if (body === 'incomplete') return body;
  const target = text.slice(space + 1, lineEnd - ' HTTP/1.1'.length);
  return { ...others, host, method, target, rawHeaders, body, isConditional };
};

/** The content of a request, which ends where the chunk ends. */
const contentOf = (
  chunk: Buffer,
  headLength: number,
  contentLength: string | undefined,
): Buffer | undefined | 'incomplete' | 'other' => {
  const left = chunk.length - headLength;
  if (contentLength === undefined) return left === 0 ? undefined : 'other';
  if (!lengthForm.test(contentLength)) return 'other';
  const length = Number(contentLength);
  if (length > limits.keptBody || left > length) return 'other';
  if (left < length) return 'incomplete';
  return left === 0 ? undefined : chunk.subarray(headLength);
};
