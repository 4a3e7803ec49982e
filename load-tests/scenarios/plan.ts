import type { Method, OperationId } from '@scale-up/contract';
import type { Stage, VisitorName } from './workloads.ts';

/** What k6's scripts know of an operation: where it is and what it answers. */
export type Endpoint = { readonly method: Method; readonly path: string; readonly status: number };

/** Visitors of one kind: how many of them come in a minute, in turn. */
export type Arrivals = { readonly visitor: VisitorName; readonly stages: readonly Stage[] };

/** Everything that a run of k6 is told; a file, since it holds passwords and tokens. */
export type Plan = {
  /** The site, such as https://www.example.com. */
  readonly url: string;
  /** Addresses of names that the resolver does not know. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly endpoints: Readonly<Record<OperationId, Endpoint>>;
  /** Whose names begin with this; the accounts of an installation stay, and are used again. */
  readonly name: string;
  readonly password: string;
  readonly people: number;
  /** Of an earlier run, as far as they are known. */
  readonly tokens: readonly string[];
  readonly arrivals: readonly Arrivals[];
  readonly thresholds: Readonly<Record<string, readonly string[]>>;
  /** Where the end's summary is written. */
  readonly summary: string;
};
