import type { TObject, TSchema } from 'typebox';

/** Who may call: anyone; anyone, and the answer differs for the owner of a token; the owner of a token; an admin. */
export type Access = 'public' | 'optional' | 'user' | 'admin';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One operation of the API: everything that app, site, load tests and the OpenAPI document need to know about it. */
export type Operation = {
  readonly method: Method;
  /** Below /api, with `:name` for parameters. */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  readonly status: 200 | 201 | 204;
  /** Absent for 204. */
  readonly answer?: TSchema;
  /** Problem statuses beyond those that every operation can give (400, 413, 422, 500, 503). */
  readonly problems?: readonly (401 | 403 | 404 | 409 | 429)[];
  /** Of a write: whether a client must name it by an Idempotency-Key; every other write accepts one. */
  readonly idempotencyKey?: 'required';
};

/** Keeps the literal types of an operation, so that clients and handlers are typed by it. */
export const operation = <const O extends Operation>(definition: O): O => definition;
