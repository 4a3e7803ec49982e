import type { Front } from '../traffic/browsers.ts';
import type { Entry } from '../traffic/ledger.ts';
import type { People } from '../traffic/shoppers.ts';

/** What the process that sends the requests is told. */
export type Order =
  | { readonly do: 'open'; readonly url: string; readonly front: Front; readonly seed: number; readonly rate: number }
  /** Answered by `people`, or by `unknown` when they cannot be used. */
  | { readonly do: 'recognise'; readonly people: People }
  /** Answered by `people`, after `rows` was asked for. */
  | { readonly do: 'settle'; readonly name: string }
  | { readonly do: 'rows done' }
  | { readonly do: 'start'; readonly people: People }
  /** More for a while: requests a second, seconds. Answered by `surged` when all of these have their answers. */
  | { readonly do: 'surge'; readonly rate: number; readonly seconds: number }
  /** Answered by `stopped`, after the last `entries`. */
  | { readonly do: 'stop' };

/** What it says. */
export type Word =
  | { readonly say: 'people'; readonly people: People }
  | { readonly say: 'unknown' }
  | { readonly say: 'rows'; readonly sql: string }
  /** Requests that have ended since the last time, in milliseconds since 1970, and how long the oldest that has not ended waits; who takes them in. */
  | {
      readonly say: 'entries';
      readonly entries: readonly Entry[];
      readonly longestWait: number;
      /** The hardware address behind the site's, where it is on this network. */
      readonly taker: string | undefined;
    }
  | { readonly say: 'surged' }
  | { readonly say: 'stopped' }
  | { readonly say: 'failed'; readonly reason: string };
