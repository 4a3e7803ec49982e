import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomUUID } from 'node:crypto';
import type { Secret } from '@scale-up/config';
import type { OutcomeKey } from '@scale-up/database';
import type { FastifyRequest } from 'fastify';

/**
 * The key of hashes and stored answers, 32 bytes, another than that of the tokens it comes from (RFC 5869). As Node's own object: bytes would be made one
 * again for each hash and each seal, which takes longer than the hash.
 */
export const outcomeSecretOf = (secret: Secret): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'outcomes', 32)));

/**
 * What names a write: its caller, method, path and key. The key is the client's own, else the one that the first hop gave the request,
 * so that a repetition by any hop is the same write; a client cannot choose one that the hops give.
 * @param secret keys the hashes: a payload may hold a password, which a plain hash would give away to guessing
 * @param clientKey from Idempotency-Key
 */
export const outcomeKeyOf = (request: FastifyRequest, secret: KeyObject, clientKey: string | undefined): OutcomeKey => {
  const { method, claims, body, routeOptions } = request;
  // What an operation does not read is ignored, and may be of any depth.
  const payload = routeOptions.config.operation?.body ? JSON.stringify(body) : '';
  const [path = ''] = (request.raw.url ?? '').split('?', 1);
  const key = clientKey === undefined ? `attempt ${attemptKeyOf(request)}` : `client ${clientKey}`;
  return {
    id: hash(secret, [String(claims?.userId ?? 'anonymous'), method, path, key]),
    fingerprint: hash(secret, [payload]),
  };
};

/** Only the previous tier's is believed. Without one, repetitions inside this process still have a name in common. */
const attemptKeyOf = ({ headers, isFromTrustedPeer }: FastifyRequest): string => {
  const key = headers['x-attempt-key'];
  return isFromTrustedPeer && typeof key === 'string' && key !== '' ? key : randomUUID();
};

/** Each part with its length before it: no two lists of parts give the same text. */
const hash = (secret: KeyObject, parts: readonly string[]): Buffer =>
  createHmac('sha256', secret)
    .update(parts.map((part) => `${part.length}:${part}`).join(''))
    .digest();
