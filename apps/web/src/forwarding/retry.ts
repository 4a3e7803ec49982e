import type { ProblemCode } from '@scale-up/service';
import { hasField, type RawHeaders } from './headers.ts';

/** Why a try is followed by another. */
export type Reason =
  /** There was no connection, so nothing was sent. */
  | 'unreachable'
  /** The connection ended before an answer: what was sent may have been done. */
  | 'closed'
  /** The router behind this one lost it in the same way (502). */
  | 'bad-gateway'
  /** It was silent for longer than the router waits: frozen, it may have done it all the same (504). */
  | 'gateway-timeout'
  /** Nobody is there, says the router; or an instance that is starting or stopping says so itself (503). */
  | 'unavailable';

const refusals: Readonly<Record<number, Reason>> = { 502: 'bad-gateway', 503: 'unavailable', 504: 'gateway-timeout' };

/** An answer that was not passed on, since another try may bring a better one. */
export class RefusedAnswer extends Error {
  readonly status: number;
  readonly reason: Reason;

  constructor(status: number) {
    super(`the upstream answered ${status}`);
    this.status = status;
    this.reason = refusals[status] ?? 'unavailable';
  }
}

// As the kernel, the resolver and undici name them. Whatever is not here is no absence, and would come again: an upstream that
// speaks no HTTP, one that says nothing for 35 s, a request that cannot be sent on.
const absences = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  // No local port is free, which waiting mends.
  'EADDRNOTAVAIL',
  // A container that restarts loses its name meanwhile.
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? '';

/**
 * Why a failed try may be followed by another.
 * @param error that ended it
 * @param wasSent whether anything of the request went out on a connection
 * @returns undefined when another would end in the same way
 */
export const whyAgain = (error: Error, wasSent: boolean): Reason | undefined => {
  if (error instanceof RefusedAnswer) return error.reason;
  if (!absences.has(codeOf(error))) return undefined;
  return wasSent ? 'closed' : 'unreachable';
};

/** Whether an answer is that of a router that got none from its back ends, or of an instance that starts or stops; `x-hold` says that app has waited already. */
export const isAbsence = (status: number, headers: RawHeaders): boolean =>
  status === 502 || status === 504 || (status === 503 && !hasField(headers, 'x-hold'));

const pauses = { first: 25, longest: 250 };

/** Of all waiting requests together: so many took 15 % of one core, with 500 waiting as with 5,000. */
const triesPerSecond = 2_000;

/**
 * Milliseconds before another try: growing, and spread, so that what failed together does not come back together.
 * @param tries that have failed
 * @param waiting requests that wait, this one included
 */
export const pauseBefore = (tries: number, waiting: number): number => {
  const grown = Math.min(pauses.longest, pauses.first * 2 ** (tries - 1));
  return Math.max(grown, (waiting / triesPerSecond) * 1_000) * (0.8 + 0.4 * Math.random());
};

/**
 * What the client is told in the end.
 * @param error of the last try
 * @param reason for which it could have been repeated
 * @param mayBeDone whether some try may have reached app: 503 would say that nothing was done
 */
export const problemOf = (error: Error, reason: Reason | undefined, mayBeDone: boolean): ProblemCode => {
  if (reason !== undefined) return mayBeDone ? 'bad-gateway' : 'unavailable';
  switch (codeOf(error)) {
    case 'UND_ERR_HEADERS_TIMEOUT':
      return 'gateway-timeout';
    case 'UND_ERR_INVALID_ARG':
    case 'UND_ERR_NOT_SUPPORTED':
      // Something in the client's request cannot be sent on.
      return 'bad-request';
    default:
      return 'bad-gateway';
  }
};
