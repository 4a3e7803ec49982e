import type { Hit } from '../servers/figures.ts';
import type { Measured } from '../servers/table.ts';

/** A time in which one server had a role; undefined while nobody had it, or two. Milliseconds since 1970. */
export type Span = { readonly server: string | undefined; readonly from: number; readonly to: number };

/** What was sent in one second of a run. Milliseconds. */
export type Bin = {
  /** Seconds from the fault; below 0 before it. */
  readonly second: number;
  readonly answered: number;
  /** Of those who were answered, how many had to wait for the database. */
  readonly held: number;
  readonly failed: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
};

/** One fault, and everything that was seen of it. */
export type Injection = Measured & {
  /** What kind of thing it is done to: faults of one group stand together in the report. */
  readonly group: string;
  /** The server that it was aimed at, where it was one. */
  readonly aim: string | undefined;
  readonly hit: Hit;
  /** When it was mended by hand, in milliseconds since 1970. */
  readonly mended: number | undefined;
  readonly bins: readonly Bin[];
  /** Who says of itself that it holds the VIP. */
  readonly holders: readonly Span[];
  /** Who takes in what is sent to it, as clients see it; empty where a router is in between. */
  readonly answering: readonly Span[];
  readonly primaries: readonly Span[];
};

/** A whole drill. */
export type DrillRecord = {
  readonly date: string;
  readonly command: string;
  /** Where and with what: cores, kernel, versions, servers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds that it took. */
  readonly took: number;
  readonly injections: readonly Injection[];
};
