import type { Static, TSchema } from 'typebox';
import type { Operation } from './operation.ts';

type Part<Name extends string, Schema> = Schema extends TSchema ? { [K in Name]: Static<Schema> } : unknown;
type OptionalPart<Name extends string, Schema> = Schema extends TSchema
  ? { [K in Name]?: Partial<Static<Schema>> }
  : unknown;

/** What a client passes to call an operation: `params`, `query` and `body`, each only where the operation has it. */
export type CallInput<O extends Operation> = Part<'params', O['params']> &
  OptionalPart<'query', O['query']> &
  Part<'body', O['body']>;

/** What a handler gets once a request is validated: the same parts, with their defaults filled in. */
export type HandlerInput<O extends Operation> = Part<'params', O['params']> &
  Part<'query', O['query']> &
  Part<'body', O['body']>;

/** What a successful call gives: the parsed answer, or undefined for 204. */
export type CallOutput<O extends Operation> = O['answer'] extends TSchema ? Static<O['answer']> : undefined;

type Value = string | number | boolean | undefined;

/**
 * The path and query string of a call, below the API's base path.
 * @param operation one of `operations`
 * @param input its parameters; query members that are undefined are left out
 * @throws Error when a path parameter is missing
 */
export const pathOf = (
  operation: Operation,
  input: { params?: Record<string, Value>; query?: Record<string, Value> } = {},
): string => {
  const path = operation.path.replace(/:([a-z]+)/gi, (_, name: string) => {
    const value = input.params?.[name];
    if (value === undefined) throw new Error(`${operation.method} ${operation.path}: parameter "${name}" is missing`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
};
