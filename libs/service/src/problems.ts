/** Every kind of problem that a service answers with: its code, status and title. docs/problems.md is written from it. */
export const problems = {
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  'idempotency-key-missing': { status: 400, title: 'This write needs an Idempotency-Key' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key is not 1 to 255 printable characters' },
  unauthorized: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'This is not yours to do' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'not-acceptable': { status: 406, title: 'There is no form of this that the request accepts' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'write-under-way': { status: 409, title: 'The same write is still under way' },
  conflict: { status: 409, title: 'This contradicts what is there' },
  'out-of-stock': { status: 409, title: 'There is not enough in stock' },
  'precondition-failed': { status: 412, title: 'It is not what the request’s precondition names' },
  'payload-too-large': { status: 413, title: 'The request’s body is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The request’s body must be application/json' },
  'range-not-satisfiable': { status: 416, title: 'The file has no such range' },
  'expectation-failed': { status: 417, title: 'The only expectation that can be met is 100-continue' },
  'validation-failed': { status: 422, title: 'Some fields are not acceptable' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key belongs to another write' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The request’s headers are too large' },
  'internal-error': { status: 500, title: 'Something went wrong on our side' },
  'bad-gateway': { status: 502, title: 'The server behind this one gave no usable answer' },
  unavailable: { status: 503, title: 'Not available just now' },
  'gateway-timeout': { status: 504, title: 'The server behind this one took too long to answer' },
} as const;

export type ProblemCode = keyof typeof problems;

/** Messages by field, as they stand in the answer's `errors`. */
export type FieldErrors = Record<string, readonly string[]>;

export const problemContentType = 'application/problem+json; charset=utf-8';

/** Thrown by a handler, becomes the answer. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly errors: FieldErrors;
  readonly headers: Record<string, string>;

  /**
   * @param code a key of the catalogue; it gives status and title
   * @param errors messages by field
   * @param headers to send with it, such as Retry-After
   */
  constructor(code: ProblemCode, errors: FieldErrors = {}, headers: Record<string, string> = {}) {
    super(problems[code].title);
    this.code = code;
    this.errors = errors;
    this.headers = headers;
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** The document (RFC 9457) as JSON text. */
  document(): string {
    return JSON.stringify({
      type: `/problems/${this.code}`,
      title: problems[this.code].title,
      status: this.status,
      errors: this.errors,
    });
  }
}

/** The text of docs/problems.md. */
export const problemsPage = (): string =>
  [
    '# Problems',
    '',
    'Every error, in every tier, is a problem document (RFC 9457) with `content-type: application/problem+json`:',
    '`{"type", "title", "status", "errors": {"<field>": ["message"]}}`. `type` is `/problems/` and the code below. This page is',
    'written from `libs/service/src/problems.ts` by `npx nx write-docs service`; a test fails when they differ.',
    '',
    '| code | status | title |',
    '| --- | --- | --- |',
    ...Object.entries(problems).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`),
    '',
  ].join('\n');
