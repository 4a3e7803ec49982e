import { type Database, isUnavailable, type Queries } from '@scale-up/database';
import type { Operation } from '@scale-up/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caching, headersOf, type ReadStandby } from './caching.ts';
import type { EarlyReads } from './early-reads.ts';
import { callerOf } from './held.ts';
import { sendText, textOf } from './texts.ts';

type Parts = {
  readonly database: Database;
  /** Standbys, where there are any. */
  readonly standbys: Database | undefined;
  readonly caching: Caching;
  readonly early: EarlyReads;
  readonly operation: Operation;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly input: { readonly params: unknown; readonly query: unknown };
};

/** Nobody waits in the cache: a stale answer at once is better, and where there is none each request waits by itself, within the bounds. */
const noPatience = { patience: 0 };

/**
 * Reads from a standby while the primary is away. How old that may be: nothing was committed since the primary went, and before that the standby had
 * what was acknowledged or was about to.
 */
const readStandby =
  ({ database, standbys, operation, reply }: Parts, handler: (queries: Queries) => Promise<unknown>): ReadStandby =>
  async () => {
    const since = database.awayBecause()?.since;
    if (!standbys || since === undefined) return undefined;
    try {
      return { text: textOf(reply, operation, await handler(standbys)), age: performance.now() - since };
    } catch (error) {
      if (isUnavailable(error)) return undefined;
      throw error;
    }
  };

/**
 * Answers a read. Who is logged in always gets what the database says; who is not may get what it said a moment ago, and while it is away
 * what it said last, or what a standby says.
 * @returns the body to send
 */
export const answerRead = async (parts: Parts, handler: (queries: Queries) => Promise<unknown>): Promise<unknown> => {
  const { database, caching, early, operation, request, reply, input } = parts;
  if (!request.claims) {
    const load = async (): Promise<string> => textOf(reply, operation, await handler(database.for(noPatience)));
    const answer = await caching.answer(operation, input, load, readStandby(parts, handler));
    if (answer) {
      const headers = headersOf(answer);
      for (let index = 0; index < headers.length; index += 2) reply.header(headers[index] ?? '', headers[index + 1]);
      if (answer.source === 'fresh') early.remember(request, answer.key);
      return sendText(reply, answer.text);
    }
  }
  return handler(database.for(callerOf(request, reply)));
};
