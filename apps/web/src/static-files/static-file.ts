import { hash } from 'node:crypto';
import type { Prepared } from '@scale-up/service';
import { securityHeaders } from '../security-headers.ts';
import { contentTypeOf } from './content-types.ts';
import type { CodingOrIdentity } from './negotiation.ts';

/** One file in one coding, with everything its answers need, made once. */
export type Representation = {
  readonly coding: CodingOrIdentity;
  readonly etag: string;
  readonly length: number;
  /** undefined: too large for memory, to be streamed from the disk. */
  readonly bytes: Buffer | undefined;
  /** What goes to the socket: one string with the headers where that is quicker. */
  readonly body: Buffer | string | undefined;
  /** Headers of a 200 as Node writes them; the last is the request's id, filled in for each answer. */
  readonly headers: string[];
  /** The same of a 304. */
  readonly notModifiedHeaders: string[];
  /** A whole 200, for the fast path; undefined: too large for memory. */
  readonly prepared: Prepared | undefined;
};

export type StaticFile = {
  /** As in an address: `/assets/index-4f2a.js`. */
  readonly path: string;
  /** On the disk, with links resolved. */
  readonly source: string;
  /** Whole seconds, as Last-Modified has them. */
  readonly modified: number;
  /** As the disk has it, to see that a file changed. */
  readonly modifiedMs: number;
  readonly identity: Representation;
  /** Smallest first; coded ones join when they are ready. */
  representations: readonly Representation[];
};

export type FileFacts = Pick<StaticFile, 'path' | 'source' | 'modified' | 'modifiedMs'>;

// Up to this length header and body leave Node as one string, which answers a 1.4 kB file 20 % quicker than two buffers; joining
// larger ones costs more than it saves.
const maxStringBody = 16_384;

const strongTag = (digest: string): string => `"${digest.slice(0, 22)}"`;

/** The entity tag of some bytes: 22 characters of base64 are 131 bits of SHA-256. */
export const tagOf = (bytes: Buffer): string => strongTag(hash('sha256', bytes, 'base64url'));

/** Vite puts a hash of the content into the names of /assets/: another content is another name. */
export const hasHash = (path: string): boolean => /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(path);

const cacheControlOf = (path: string): string => {
  if (hasHash(path)) return 'public, max-age=31536000, immutable';
  // A page names the assets of its release, so each visit asks whether there is a newer one.
  if (path.endsWith('.html')) return 'no-cache';
  // Pictures and icons keep their names when they change; an hour late is early enough.
  return 'public, max-age=3600';
};

const flat = (headers: Record<string, string>): string[] => Object.entries(headers).flat();

/** A file in one coding. `tag` is its entity tag, `bytes` its content unless it stays on the disk. */
export const represent = (
  facts: FileFacts,
  coding: CodingOrIdentity,
  content: { tag: string; length: number; bytes?: Buffer },
): Representation => {
  const { type, isCompressible } = contentTypeOf(facts.path);
  const { bytes } = content;
  const caching = {
    etag: content.tag,
    'cache-control': cacheControlOf(facts.path),
    'last-modified': new Date(facts.modified * 1000).toUTCString(),
    ...(isCompressible && { vary: 'accept-encoding' }),
  };
  const headers = {
    'content-type': type,
    'content-length': String(content.length),
    'accept-ranges': 'bytes',
    ...caching,
    ...(coding !== 'identity' && { 'content-encoding': coding }),
    ...securityHeaders,
  };
  const body = bytes && bytes.length <= maxStringBody ? bytes.toString('latin1') : bytes;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return {
    coding,
    etag: content.tag,
    length: content.length,
    bytes,
    body,
    prepared: body === undefined ? undefined : { head: `HTTP/1.1 200 OK\r\n${lines.join('')}x-request-id: `, body },
    headers: flat({ ...headers, 'x-request-id': '' }),
    notModifiedHeaders: flat({ ...caching, 'x-request-id': '' }),
  };
};

/** Adds a file's coded representation where it is smaller than the file itself. */
export const addRepresentation = (file: StaticFile, added: Representation): void => {
  if (added.length >= file.identity.length) return;
  file.representations = [...file.representations, added].toSorted((a, b) => a.length - b.length);
};
