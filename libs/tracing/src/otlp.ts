import { ProtobufWriter } from './protobuf.ts';
import type { Attributes, Kind } from './span.ts';

/**
 * Numbers of the fields of OTLP 1 with their types, as they stand before a field (opentelemetry-proto: trace.proto, common.proto, resource.proto).
 */
const request = { resourceSpans: 0x0a } as const;
const resourceSpans = { resource: 0x0a, scopeSpans: 0x12 } as const;
const scopeSpans = { scope: 0x0a, spans: 0x12 } as const;
const resource = { attributes: 0x0a } as const;
const scope = { name: 0x0a } as const;
const span = {
  traceId: 0x0a,
  spanId: 0x12,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  start: 0x39,
  end: 0x41,
  attributes: 0x4a,
  events: 0x5a,
  droppedEvents: 0x60,
  status: 0x7a,
  // Field 16: the first whose number and type take two bytes.
  flags: Uint8Array.of(0x85, 0x01),
} as const;
const event = { time: 0x09, name: 0x12, attributes: 0x1a } as const;
const status = { message: 0x12, code: 0x18 } as const;
const keyValue = { key: 0x0a, value: 0x12 } as const;
const anyValue = { text: 0x0a, boolean: 0x10, integer: 0x18, double: 0x21 } as const;

const kinds: Readonly<Record<Kind, number>> = { internal: 1, server: 2, client: 3 };
const failed = 2;
/** Sampled; and it is known whether the parent is of another process, which it is. */
const flags = { own: 0x1_01, remoteParent: 0x3_01 } as const;

/** Something that happened during a span, in milliseconds since 1970. */
export type SpanEvent = { readonly at: number; readonly name: string; readonly attributes: Attributes };

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
  readonly attributes: Attributes | undefined;
  readonly events: readonly SpanEvent[] | undefined;
  readonly droppedEvents: number;
  /** It failed, with these words or none. */
  readonly failure: { readonly message: string | undefined } | undefined;
};

/** Keys as they are written: there are as many as the code has. */
const keys = new Map<string, Uint8Array>();
const keyOf = (name: string): Uint8Array => {
  const known = keys.get(name);
  if (known) return known;
  const writer = new ProtobufWriter(256);
  writer.text(keyValue.key, name);
  const key = new Uint8Array(writer.take());
  keys.set(name, key);
  return key;
};

/** Bytes that a message with a length of one byte may have, less those that stand around a key and a text. */
const shortest = 127 - 4;

/** Writes spans, of each as much as is allowed. */
export class OtlpWriter {
  readonly #out: ProtobufWriter;
  readonly #longest: number;

  /**
   * @param room bytes there is room for before it grows
   * @param longest characters of a value; what is longer is cut
   */
  constructor(room: number, longest: number) {
    this.#out = new ProtobufWriter(room);
    this.#longest = longest;
  }

  get length(): number {
    return this.#out.length;
  }

  /** What was written since, to be put into a request. */
  take(): Buffer {
    return this.#out.take();
  }

  write(ended: Ended): void {
    const out = this.#out;
    const begun = out.begin(scopeSpans.spans);
    out.hex(span.traceId, ended.trace.traceId);
    out.hex(span.spanId, ended.trace.spanId);
    if (ended.parentId !== '') out.hex(span.parentSpanId, ended.parentId);
    out.text(span.name, ended.name);
    out.integer(span.kind, kinds[ended.kind]);
    out.time(span.start, ended.start);
    out.time(span.end, ended.end);
    if (ended.attributes) this.#attributes(span.attributes, ended.attributes);
    if (ended.events) for (const each of ended.events) this.#event(each);
    if (ended.droppedEvents > 0) out.integer(span.droppedEvents, ended.droppedEvents);
    if (ended.failure) this.#failure(ended.failure.message);
    out.raw(span.flags);
    out.word(ended.isParentRemote ? flags.remoteParent : flags.own);
    out.end(begun);
  }

  #event({ at, name, attributes }: SpanEvent): void {
    const begun = this.#out.begin(span.events);
    this.#out.time(event.time, at);
    this.#out.text(event.name, name);
    this.#attributes(event.attributes, attributes);
    this.#out.end(begun);
  }

  #failure(message: string | undefined): void {
    const begun = this.#out.begin(span.status);
    if (message !== undefined) this.#out.text(status.message, message.slice(0, this.#longest));
    this.#out.integer(status.code, failed);
    this.#out.end(begun);
  }

  #attributes(tag: number, attributes: Attributes): void {
    for (const name in attributes) {
      const value = attributes[name];
      if (value !== undefined) this.#attribute(tag, keyOf(name), value);
    }
  }

  #attribute(tag: number, key: Uint8Array, given: string | number | boolean): void {
    const out = this.#out;
    const value = typeof given === 'string' && given.length > this.#longest ? given.slice(0, this.#longest) : given;
    // Whatever is no text takes 11 bytes at most.
    const size = typeof value === 'string' ? value.length * 3 : 11;
    if (key.length + size <= shortest) {
      const begun = out.beginShort(tag);
      out.raw(key);
      const inner = out.beginShort(keyValue.value);
      this.#value(value);
      out.endShort(inner);
      out.endShort(begun);
    } else {
      const begun = out.begin(tag);
      out.raw(key);
      const inner = out.begin(keyValue.value);
      this.#value(value);
      out.end(inner);
      out.end(begun);
    }
  }

  #value(value: string | number | boolean): void {
    if (typeof value === 'string') this.#out.text(anyValue.text, value);
    else if (typeof value === 'boolean') this.#out.integer(anyValue.boolean, Number(value));
    else if (Number.isSafeInteger(value)) this.#out.integer(anyValue.integer, value);
    else this.#out.double(anyValue.double, value);
  }

  /** Of the process: its resource, and what wrote its spans. */
  head(attributes: Attributes, scopeName: string): { readonly resource: Buffer; readonly scope: Buffer } {
    const whole = this.#out.begin(resourceSpans.resource);
    this.#attributes(resource.attributes, attributes);
    this.#out.end(whole);
    const written = this.#out.take();
    const begun = this.#out.begin(scopeSpans.scope);
    this.#out.text(scope.name, scopeName);
    this.#out.end(begun);
    return { resource: written, scope: this.#out.take() };
  }
}

/** A message's tag and length. */
const headOf = (tag: number, size: number): Buffer => {
  const writer = new ProtobufWriter(16);
  writer.integer(tag, size);
  return writer.take();
};

/** An ExportTraceServiceRequest of spans that were written. */
export const requestOf = (head: ReturnType<OtlpWriter['head']>, spans: Buffer): Buffer => {
  const inner = headOf(resourceSpans.scopeSpans, head.scope.length + spans.length);
  const size = head.resource.length + inner.length + head.scope.length + spans.length;
  return Buffer.concat([headOf(request.resourceSpans, size), head.resource, inner, head.scope, spans]);
};
