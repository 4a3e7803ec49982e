import type { KeyObject } from 'node:crypto';
import type { Operation } from '@scale-up/contract';
import { type Database, type Outcome, type Queries, KeyReused, WriteUnderWay } from '@scale-up/database';
import { Problem, remark } from '@scale-up/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caching } from './caching.ts';
import { callerOf } from './held.ts';
import { outcomeKeyOf } from './outcome-key.ts';
import { isSlugLost } from './slug.ts';
import { seal, type StoredAnswer, unseal } from './stored-answer.ts';
import { sendText, textOf } from './texts.ts';
import type { Claims } from './tokens.ts';
import { requireViewer, type Viewer } from './viewer.ts';

type Parts = {
  readonly database: Database;
  readonly caching: Caching;
  readonly operation: Operation;
  /** Keys hashes and seals answers. */
  readonly secret: KeyObject;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly input: { readonly key: string | undefined; readonly claims: Claims | undefined };
};

type Handling = Parts['input'] & {
  readonly viewer: Viewer | undefined;
  readonly prepared: unknown;
  readonly setHeader: (name: string, value: string) => void;
};

/** Seconds after which a write that is still under way may be asked for again. */
const underWayRetry = '2';

const asProblem = (error: unknown): unknown => {
  const errors = (message: string) => ({ 'idempotency-key': [message] });
  if (error instanceof KeyReused)
    return new Problem('idempotency-key-reused', errors('belongs to a write with another payload'));
  if (error instanceof WriteUnderWay)
    return new Problem('write-under-way', errors('is in use by the same write'), { 'retry-after': underWayRetry });
  return error;
};

/**
 * Answers a write: does it and stores its answer in one transaction, or finds that it was done and gives the stored answer.
 * @param handler the write itself; may run several times
 * @param prepare what has to be done before the transaction; skipped for a repetition
 * @returns the body to send
 */
export const answerOnce = async (
  parts: Parts,
  handler: (input: Handling, queries: Queries) => Promise<unknown>,
  prepare?: (input: Parts['input'], queries: Queries) => Promise<unknown>,
): Promise<string | undefined> => {
  const { database, caching, operation, secret, request, reply, input } = parts;
  const caller = callerOf(request, reply);
  const key = outcomeKeyOf(request, secret, input.key);
  const doPrepare = () => prepare?.(input, database.for(caller));
  let prepared: Promise<unknown> | undefined =
    prepare && (await database.isKnown(key, caller)) ? undefined : doPrepare();
  const look = async (queries: Queries): Promise<Viewer | undefined> =>
    input.claims && requireViewer(queries, input.claims);
  // What was sealed last, and need not be opened again.
  let own: { readonly sealed: Uint8Array; readonly answer: StoredAnswer } | undefined;
  const work = async (queries: Queries, viewer: Viewer | undefined): Promise<Uint8Array> => {
    const headers: Record<string, string> = {};
    const setHeader = (name: string, value: string): void => void (headers[name] = value);
    // Known a moment ago, and pruned since.
    prepared ??= doPrepare();
    const ready = await prepared;
    const body = await handler({ ...input, viewer, prepared: ready, setHeader }, queries);
    // Not the reply's status: a caller who waited too long was told 503, and what is stored here is what the next one gets.
    const answer: StoredAnswer = { status: operation.status, headers, body: textOf(reply, operation, body) };
    own = { sealed: seal(secret, answer), answer };
    return own.sealed;
  };
  await prepared;
  const outcome = await doOnce(() => database.once(key, work, caller, look));
  if (!outcome.isReplay) await caching.changed(operation);
  return send(reply, outcome, own?.sealed === outcome.answer ? own.answer : openAnswer(secret, outcome.answer));
};

/** Once more when somebody else took the address between the question for it and the write. */
const doOnce = async (once: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await once().catch((error: unknown) => {
      if (isSlugLost(error)) return once();
      throw error;
    });
  } catch (error) {
    throw asProblem(error);
  }
};

/** Sets status and headers of an answer, and gives its body. */
const send = (
  reply: FastifyReply,
  { isReplay }: Outcome,
  { status, headers, body }: StoredAnswer,
): string | undefined => {
  reply.code(status).headers(headers);
  if (isReplay) {
    reply.header('idempotency-replayed', 'true');
    remark(reply.request, { replayed: true });
  }
  return body === '' ? undefined : sendText(reply, body);
};

const openAnswer = (secret: KeyObject, answer: Uint8Array): StoredAnswer => {
  try {
    return unseal(secret, answer);
  } catch {
    // The secret was changed since: that it was done is certain, what it answered is lost.
    throw new Problem('conflict', { 'idempotency-key': ['belongs to a write whose answer can no longer be read'] });
  }
};
