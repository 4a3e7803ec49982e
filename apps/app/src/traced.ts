import type { Observer as CacheObserver } from '@scale-up/cache';
import type { Secret } from '@scale-up/config';
import type { Failure, Observer as DatabaseObserver } from '@scale-up/database';
import type { Attributes, Tracing } from '@scale-up/tracing';
import type { FastifyInstance } from 'fastify';

/** Has whatever a request does find its span: statements and commands know nothing of requests. */
export const traceHandlers = (server: FastifyInstance, tracing: Tracing): void => {
  if (!tracing.isOn) return;
  // After the body: its events come in the context of the connection, and what follows them too.
  server.addHook('preValidation', (request, _reply, done) => {
    if (request.span) request.span.run(done);
    else done();
  });
};

/** What holds a request, in the words of Server-Timing. */
const heldBy = { away: 'database fail-over', busy: 'database busy' } as const;

const eventOf = ({ code, reason }: Failure): Attributes => ({ 'error.type': code, 'scale_up.reason': reason });

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code);

/**
 * Spans of statements and of what holds them. Statements are prepared, so that their text holds no values; an error is shown by its code, since the server's
 * words may repeat them. Which server it was is not said: in production that is always the router on this one.
 * @param url of the database; undefined where nothing is recorded
 */
export const traceDatabase = (tracing: Tracing, url: Secret): DatabaseObserver | undefined => {
  if (!tracing.isOn) return undefined;
  const namespace = URL.parse(url.reveal())?.pathname.slice(1);
  return {
    statement: (name, text) => {
      const span = tracing.current()?.child(name, 'client', {
        'db.system.name': 'postgresql',
        'db.namespace': namespace,
        'db.query.summary': name,
        'db.query.text': text,
      });
      if (!span) return undefined;
      return (end) => {
        if (typeof end === 'number') span.set({ 'db.response.returned_rows': end });
        else {
          if (isSqlState(end.code)) span.set({ 'db.response.status_code': end.code });
          span.fail(end.code, end.reason);
        }
        span.end();
      };
    },
    hold: (verdict) => {
      const span = tracing.current()?.child('hold', 'internal', { 'scale_up.held.by': heldBy[verdict] });
      if (!span) return undefined;
      let tries = 0;
      return {
        again: (failure, attempt) => {
          tries += 1;
          span.event('try', { 'scale_up.try': tries, ...eventOf(failure) });
          return span.run(attempt);
        },
        end: (milliseconds, refusal) => {
          span.set({ 'scale_up.held.ms': Math.round(milliseconds), 'scale_up.held.tries': tries });
          if (refusal !== undefined) span.fail(refusal);
          span.end();
        },
      };
    },
  };
};

/** Spans of what Valkey is asked, of which neither keys nor values are shown. */
export const traceCache = (tracing: Tracing): CacheObserver | undefined => {
  if (!tracing.isOn) return undefined;
  return ({ command, target }) => {
    const summary = `${command} ${target}`;
    const span = tracing.current()?.child(summary, 'client', {
      'db.system.name': 'valkey',
      'db.operation.name': command,
      'db.query.summary': summary,
    });
    return (
      span &&
      ((failure) => {
        if (failure !== undefined) span.fail(failure);
        span.end();
      })
    );
  };
};
