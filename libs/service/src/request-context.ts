import { randomFillSync, randomUUID } from 'node:crypto';

/** W3C Trace Context, version 00. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly flags: string };

// Random bytes are drawn for many requests at once: a draw costs a hundred times what cutting hex out of it does.
const pool = Buffer.alloc(4_096);
let used = pool.length;

const randomHex = (bytes: 8 | 16): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
};

const traceparentForm = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
const requestIdForm = /^[\w.:-]{8,128}$/;

/** The trace a request belongs to, with a span of its own: the caller's if it may name one, else a new trace. */
export const traceOf = (header: string | string[] | undefined): TraceContext => {
  const match = typeof header === 'string' ? traceparentForm.exec(header) : null;
  return { traceId: match?.[1] ?? randomHex(16), spanId: randomHex(8), flags: match?.[3] ?? '01' };
};

/** The `traceparent` to send to the next tier. */
export const traceparentOf = (trace: TraceContext): string => `00-${trace.traceId}-${trace.spanId}-${trace.flags}`;

/** The id of a request: the caller's if it may name one, else a new one. */
export const requestIdOf = (header: string | string[] | undefined): string =>
  typeof header === 'string' && requestIdForm.test(header) ? header : randomUUID();
