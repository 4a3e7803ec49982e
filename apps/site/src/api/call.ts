import type { CallInput, CallOutput, OperationId, operations as contract } from '@scale-up/contract';
import { operations, pathOf } from 'virtual:contract';
import { endSession, token } from '../state/session.ts';
import { lost, reached, whileWaiting } from '../state/network.ts';
import { fetchPatiently } from './attempts.ts';
import { newKey } from './idempotency-key.ts';
import { Unreachable, problemOf } from './problem.ts';
import { forgetAnswers } from './answers.ts';

export type Input<Id extends OperationId> = CallInput<(typeof contract)[Id]>;
export type Output<Id extends OperationId> = CallOutput<(typeof contract)[Id]>;
type Options = {
  /** Ends the call, on navigation for instance. */
  signal?: AbortSignal;
  /** The write's identity, where a later call may repeat it. */
  key?: string;
};

const never = new AbortController().signal;

const requestOf = (method: string, body: unknown, credential: string | undefined, key?: string): RequestInit => {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (credential !== undefined) headers['Authorization'] = `Token ${credential}`;
  if (method !== 'GET') headers['Idempotency-Key'] = key ?? newKey();
  if (body === undefined) return { method, headers };
  return { method, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
};

/**
 * Calls the API.
 * @param id of the operation in the contract
 * @param input its params, query and body
 * @throws ApiProblem when the server refuses, Unreachable when nobody answers, AbortError when the signal ends it
 */
export const call = async <Id extends OperationId>(
  id: Id,
  input: Input<Id>,
  { signal = never, key }: Options = {},
): Promise<Output<Id>> => {
  const operation = operations[id];
  const credential = token();
  const parts = input as { params?: object; query?: object; body?: unknown };
  const init = requestOf(operation.method, parts.body, credential, key);
  const url = `/api${pathOf(operation, parts)}`;
  const response = await whileWaiting(fetchPatiently(url, init, signal)).catch((error: unknown) => {
    if (error instanceof Unreachable) lost();
    throw error;
  });
  reached();
  if (response.status === 401 && credential !== undefined && id !== 'login') endSession(credential);
  if (!response.ok) throw await problemOf(response);
  if (operation.method !== 'GET') forgetAnswers();
  return (response.status === 204 ? undefined : await response.json()) as Output<Id>;
};
