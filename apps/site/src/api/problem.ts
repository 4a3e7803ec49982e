export type FieldErrors = Record<string, readonly string[]>;

/** The server answered, and the answer is a problem document (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly errors: FieldErrors;
  /** Its code in the catalogue, such as `out-of-stock`; empty where some proxy wrote the answer. */
  readonly code: string;
  /** Seconds, where the server named them. */
  readonly retryAfter: number | undefined;

  constructor(status: number, title: string, errors: FieldErrors, code = '', retryAfter?: number) {
    super(title);
    this.name = 'ApiProblem';
    this.status = status;
    this.errors = errors;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** No answer came: the network is away, or the server did not speak in time. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Retry-After as seconds; it comes as a number of seconds or as a date. */
export const retryAfterOf = (headers: Headers): number | undefined => {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
};

/** Reads a problem from an answer, also from one that some proxy wrote in another shape. */
export const problemOf = async (response: Response): Promise<ApiProblem> => {
  const document = (await response.json().catch(() => undefined)) as
    | { type?: unknown; title?: unknown; errors?: FieldErrors }
    | undefined;
  const title = typeof document?.title === 'string' ? document.title : `The server answered ${response.status}`;
  const code = typeof document?.type === 'string' ? (document.type.split('/').pop() ?? '') : '';
  return new ApiProblem(response.status, title, document?.errors ?? {}, code, retryAfterOf(response.headers));
};
