import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  type CallInput,
  type CallOutput,
  type Operation,
  type OperationId,
  operations,
  pathOf,
} from '@scale-up/contract';

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

export type Sending = {
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
  /** Text is sent as it is, everything else as JSON. */
  readonly body?: unknown;
};

/** One request below /api, with whatever is asked for. */
export const send = async (
  url: string,
  method: string,
  path: string,
  { token, headers, body }: Sending = {},
): Promise<Reply> => {
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Token ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

/** The `errors` of an answer that must be a whole problem document with this status. */
export const problemOf = (reply: Reply, status: number): Record<string, string[]> => {
  assert.equal(reply.status, status, reply.text.slice(0, 500));
  assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json\b/);
  const problem = JSON.parse(reply.text) as Record<string, unknown>;
  assert.deepEqual(Object.keys(problem).toSorted(), ['errors', 'status', 'title', 'type']);
  assert.equal(problem['status'], status);
  assert.match(String(problem['type']), /^\/problems\/[a-z-]+$/);
  assert.ok(typeof problem['title'] === 'string' && problem['title'].length > 0);
  const errors = problem['errors'] as Record<string, string[]>;
  for (const messages of Object.values(errors)) {
    assert.ok(Array.isArray(messages) && messages.length > 0 && messages.every((text) => typeof text === 'string'));
  }
  return errors;
};

export type Client = {
  readonly token: string | undefined;
  /** Any request as this client. */
  readonly send: (method: string, path: string, sending?: Sending) => Promise<Reply>;
  /** An operation of the contract; fails unless it answers as the contract says. */
  readonly call: <Id extends OperationId>(
    id: Id,
    input: CallInput<(typeof operations)[Id]> & { readonly key?: string },
  ) => Promise<CallOutput<(typeof operations)[Id]>>;
  /** An operation, right or wrong; with the Idempotency-Key `key`, or a new one where the operation needs one. */
  readonly attempt: (id: OperationId, input?: object) => Promise<Reply>;
  /** An operation that must be refused; gives the problem's `errors`. */
  readonly refused: (status: number, id: OperationId, input?: object) => Promise<Record<string, string[]>>;
};

/** Calls the API as the owner of a token, or as nobody. */
export const clientOf = (url: string, token?: string): Client => {
  const attempt = (id: OperationId, input: object = {}): Promise<Reply> => {
    const { method, idempotencyKey }: Operation = operations[id];
    const { body, key = idempotencyKey && randomUUID() } = input as { body?: unknown; key?: string };
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return send(url, method, pathOf(operations[id], input), { token, body, headers });
  };
  return {
    token,
    send: (method, path, sending = {}) => send(url, method, path, { token, ...sending }),
    attempt,
    call: async (id, input) => {
      const reply = await attempt(id, input);
      assert.equal(reply.status, operations[id].status, reply.text.slice(0, 500));
      if (reply.status === 204) assert.equal(reply.text, '');
      else assert.match(reply.headers.get('content-type') ?? '', /^application\/json; charset=utf-8$/);
      return (reply.status === 204 ? undefined : JSON.parse(reply.text)) as never;
    },
    refused: async (status, id, input) => problemOf(await attempt(id, input), status),
  };
};

/** How many answers have which status. */
export const tally = (replies: readonly Reply[]): Record<number, number> => {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
