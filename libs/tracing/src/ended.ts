import type { Attributes, Kind } from './span.ts';

/** Something that happened during a span, in milliseconds since 1970. */
export type SpanEvent = {
  readonly at: number;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
};

/** A span that has ended. */
export type Ended = {
  readonly trace: { readonly traceId: string; readonly spanId: string };
  /** Empty at the root. */
  readonly parentId: string;
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: Kind;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly droppedAttributes: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEvents: number;
  /** It failed, with these words or none. */
  readonly failure: { readonly message: string | undefined } | undefined;
};

/** Numbers that OTLP has for what spans say, whatever they are written as (opentelemetry-proto: trace.proto). */
export const kinds: Readonly<Record<Kind, number>> = { internal: 1, server: 2, client: 3 };
export const failed = 2;
/** Sampled; and it is known whether the parent is of another process, and whether it is. */
export const flagsOf = ({ isParentRemote }: Ended): number => (isParentRemote ? 0x3_01 : 0x1_01);

/** Writes spans, one after another, for the next request to a receiver. */
export type Encoding = {
  /** Bytes of those that were written since the last request. */
  readonly length: number;
  readonly write: (ended: Ended) => void;
  /** The request with all of them (ExportTraceServiceRequest), after which there are none. */
  readonly take: () => Uint8Array;
};

/** Where spans come from: attributes of the process, and the name of what wrote them. */
export type Origin = { readonly resource: Attributes; readonly scope: string };
