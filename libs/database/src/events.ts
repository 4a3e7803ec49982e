import type { Refusal } from './errors.ts';

/** What happens between this library and the database, for logs and metrics. */
export type DatabaseEvent =
  /** It stopped answering; told once until it is back. */
  | { readonly type: 'away'; readonly error: unknown }
  /** It answers again after so many milliseconds. */
  | { readonly type: 'back'; readonly after: number }
  /** It is away and cannot come back by itself, or is away from this process alone: from now on nobody is held. */
  | { readonly type: 'hopeless'; readonly reason: 'limit' | 'cut-off' }
  /** A connection died, idle or in use. */
  | { readonly type: 'connection-lost'; readonly error: Error }
  /** Something is done again because of an error. */
  | { readonly type: 'retry'; readonly error: unknown }
  /** COMMIT got no certain answer; the outcome of a write with a key is looked up. */
  | { readonly type: 'commit-unknown'; readonly error: unknown }
  /** A caller that had to wait was served. */
  | { readonly type: 'held'; readonly milliseconds: number }
  /** A caller was not served. */
  | { readonly type: 'refused'; readonly reason: Refusal }
  /** A write was answered with its stored outcome. */
  | { readonly type: 'replayed' };

export type OnEvent = (event: DatabaseEvent) => void;
