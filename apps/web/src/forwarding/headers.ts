import { randomUUID } from 'node:crypto';
import type { Exchange } from '@scale-up/service';
import { type TraceContext, traceparentOf } from '@scale-up/tracing';
import type { FastifyRequest } from 'fastify';
import { apiContentSecurityPolicy } from '../security-headers.ts';

// RFC 9110 7.6.1 and its predecessors: they belong to one connection, not to the message.
const hopByHop = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

const isHopByHop = (name: string): boolean => hopByHop.has(name) || name.startsWith('proxy-');

/** Name, value, name, value, as they were read. */
export type RawHeaders = readonly (Buffer | string)[];

const textOf = (item: Buffer | string = ''): string => (typeof item === 'string' ? item : item.toString('latin1'));

/** Whether a message has a field. @param name in lower case */
export const hasField = (raw: RawHeaders, name: string): boolean =>
  raw.some((item, index) => index % 2 === 0 && textOf(item).toLowerCase() === name);

/** Names that the Connection fields of a message list, to be dropped with them. */
const namedByConnection = (raw: RawHeaders): ReadonlySet<string> | undefined => {
  let names: Set<string> | undefined;
  for (let index = 0; index < raw.length; index += 2) {
    // Its length tells it apart from nearly all others.
    if (raw[index]?.length !== 10 || textOf(raw[index]).toLowerCase() !== 'connection') continue;
    names ??= new Set();
    for (const name of textOf(raw[index + 1])
      .toLowerCase()
      .split(','))
      names.add(name.trim());
  }
  return names;
};

// What web says itself: the inbound one never passes beside it. Expect was met by Node already, Host is the upstream's.
const replacedOnRequest = new Set([
  'host',
  'expect',
  'forwarded',
  'traceparent',
  'tracestate',
  'baggage',
  'x-request-id',
  'x-attempt-key',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
]);

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** What is known of a request that is passed on. */
export type Inbound = {
  readonly id: string;
  readonly trace: TraceContext;
  /** Of a write. */
  readonly attemptKey: string | undefined;
  readonly rawHeaders: readonly string[];
  /** Of its connection. */
  readonly peer: string | undefined;
  readonly host: string | undefined;
  /** What the previous tier says; nothing else is believed. */
  readonly believed: {
    readonly forwardedFor?: string | undefined;
    readonly forwardedProto?: string | undefined;
    readonly forwardedHost?: string | undefined;
  };
};

/** A request's headers for the upstream, as undici takes them: name, value, name, value. */
export const requestHeaders = ({ id, trace, rawHeaders, peer, host, believed, attemptKey }: Inbound): string[] => {
  const named = namedByConnection(rawHeaders);
  const headers: string[] = [];
  let hasLength = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [key = '', value = ''] = [rawHeaders[index], rawHeaders[index + 1]];
    const name = key.toLowerCase();
    if (isHopByHop(name) || replacedOnRequest.has(name) || named?.has(name)) continue;
    // Node's parser has checked that repeated lengths cannot reach this; undici refuses them as well.
    if (name === 'content-length' && hasLength) continue;
    hasLength ||= name === 'content-length';
    headers.push(key, value);
  }
  // A socket that takes both families writes IPv4 addresses in the form of IPv6.
  const address = peer?.replace(/^::ffff:(?=\d+\.)/, '') ?? '';
  const { forwardedFor } = believed;
  headers.push('x-request-id', id, 'traceparent', traceparentOf(trace));
  headers.push('x-forwarded-for', forwardedFor ? `${forwardedFor}, ${address}` : address);
  headers.push('x-forwarded-proto', believed.forwardedProto || 'http');
  headers.push('x-forwarded-host', believed.forwardedHost || (host ?? ''));
  if (attemptKey !== undefined) headers.push('x-attempt-key', attemptKey);
  return headers;
};

const nobody = {};

/** @param given by the previous tier, or to an earlier try */
const attemptKeyOf = (method: string, given: string | undefined): string | undefined =>
  writes.has(method) ? given || randomUUID() : undefined;

/** What Fastify knows of a request. */
export const inboundOf = (request: FastifyRequest): Inbound => {
  const { id, trace, method, raw, headers, isFromTrustedPeer, tried } = request;
  const field = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const believed = isFromTrustedPeer
    ? {
        forwardedFor: field('x-forwarded-for'),
        forwardedProto: field('x-forwarded-proto'),
        forwardedHost: field('x-forwarded-host'),
      }
    : nobody;
  const { rawHeaders, socket } = raw;
  const given = tried?.exchange.attemptKey ?? (isFromTrustedPeer ? field('x-attempt-key') : undefined);
  const attemptKey = attemptKeyOf(method, given);
  return { id, trace, attemptKey, rawHeaders, peer: socket.remoteAddress, host: headers.host, believed };
};

/** The same of a request on the fast path. */
export const inboundOfExchange = (exchange: Exchange): Inbound => {
  const { asked, socket, context } = exchange;
  const { id, trace, isFromTrustedPeer } = context;
  const { method, rawHeaders, host } = asked;
  exchange.attemptKey = attemptKeyOf(method, isFromTrustedPeer ? asked.attemptKey : undefined);
  const { attemptKey } = exchange;
  const believed = isFromTrustedPeer ? asked : nobody;
  return { id, trace, attemptKey, rawHeaders, peer: socket.remoteAddress, host, believed };
};

// The id is web's own, the software nobody's business, and x-hold a word between app and web.
const keptFromClients = new Set(['x-request-id', 'server', 'x-hold']);

/**
 * The upstream's headers for the client, as Node's writeHead takes them.
 * @param raw as undici read them
 * @param status a 204 has no length (RFC 9110 8.6)
 * @param requestId of this request
 * @param timing to be added to what the upstream says itself in Server-Timing
 */
export const responseHeaders = (
  raw: RawHeaders,
  status: number,
  requestId: string,
  timing: string | undefined,
): string[] => {
  const named = namedByConnection(raw);
  const headers: string[] = [];
  let hasPolicy = false;
  let hasSniffing = false;
  for (let index = 0; index < raw.length; index += 2) {
    const [key, value] = [textOf(raw[index]), textOf(raw[index + 1])];
    const name = key.toLowerCase();
    if (isHopByHop(name) || named?.has(name) || keptFromClients.has(name)) continue;
    if (name === 'content-length' && status === 204) continue;
    hasPolicy ||= name === 'content-security-policy';
    hasSniffing ||= name === 'x-content-type-options';
    headers.push(key, value);
  }
  if (!hasPolicy) headers.push('content-security-policy', apiContentSecurityPolicy);
  if (!hasSniffing) headers.push('x-content-type-options', 'nosniff');
  headers.push('x-request-id', requestId);
  if (timing !== undefined) headers.push('server-timing', timing);
  return headers;
};
