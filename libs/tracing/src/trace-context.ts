import { randomFillSync } from 'node:crypto';

/** W3C Trace Context, version 00. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly flags: string };

// Random bytes are drawn for many requests at once: a draw costs a hundred times what cutting hex out of it does.
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** So many random bytes, as the ids of traces (16) and spans (8) are written. */
export const randomHex = (bytes: 8 | 16): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
};

const traceparentForm = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** What a `traceparent` says; undefined where it is none. */
export const readTraceparent = (header: string | readonly string[] | undefined): TraceContext | undefined => {
  if (typeof header !== 'string') return undefined;
  const [, traceId, spanId, flags] = traceparentForm.exec(header) ?? [];
  return traceId && spanId && flags ? { traceId, spanId, flags } : undefined;
};

/** The `traceparent` to send to the next tier. */
export const traceparentOf = (trace: TraceContext): string => `00-${trace.traceId}-${trace.spanId}-${trace.flags}`;

/** Whether the one who handed a trace on may have recorded it. */
export const isSampled = ({ flags }: TraceContext): boolean => (Number.parseInt(flags, 16) & 1) === 1;

/** A trace is recorded. */
export const sampled = '01';

/** Nobody has recorded anything of a trace. */
export const notSampled = '00';

/** A place of one's own in a trace that is not recorded here: the caller's, or a new one. */
export const unrecorded = (caller: TraceContext | undefined): TraceContext => ({
  traceId: caller?.traceId ?? randomHex(16),
  spanId: randomHex(8),
  flags: caller?.flags ?? notSampled,
});
