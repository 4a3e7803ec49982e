import { randomFillSync, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6, type Socket } from 'node:net';

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

/**
 * Tells whether a request comes from the previous tier, whose X-Request-Id, traceparent and X-Forwarded-* are believed.
 * @param networks addresses and networks of that tier; undefined trusts nobody
 */
export const trustedPeers = (networks: readonly string[] | undefined): ((request: IncomingMessage) => boolean) => {
  if (!networks) return () => false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  // A connection's peer stays the same, and asking the list costs more than most of a request's other headers.
  const known = new WeakMap<Socket, boolean>();
  return ({ socket }) => {
    const answer = known.get(socket);
    if (answer !== undefined) return answer;
    const address = socket.remoteAddress;
    const isTrusted = address !== undefined && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    known.set(socket, isTrusted);
    return isTrusted;
  };
};
