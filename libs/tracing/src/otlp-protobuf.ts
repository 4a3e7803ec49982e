import { type Encoding, type Ended, failed, flagsOf, kinds, type Origin, type SpanEvent } from './ended.ts';
import { ProtobufWriter } from './protobuf.ts';
import type { Attributes } from './span.ts';

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
  droppedAttributes: 0x50,
  events: 0x5a,
  droppedEvents: 0x60,
  status: 0x7a,
  // Field 16: the first whose number and type take two bytes.
  flags: Uint8Array.of(0x85, 0x01),
} as const;
const event = { time: 0x09, name: 0x12, attributes: 0x1a, droppedAttributes: 0x20 } as const;
const status = { message: 0x12, code: 0x18 } as const;
const keyValue = { key: 0x0a, value: 0x12 } as const;
const anyValue = { text: 0x0a, boolean: 0x10, integer: 0x18, double: 0x21 } as const;

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
/** Bytes of a number or a boolean, at most. */
const numberSize = 11;

/** A message's tag and length. */
const headOf = (tag: number, size: number): Buffer => {
  const writer = new ProtobufWriter(16);
  writer.integer(tag, size);
  return writer.take();
};

/** Bytes of spans there is room for before it grows: some 500 that say what ours say. */
const usual = 256 * 1024;

/** Spans as Protocol Buffers, written field by field where others make objects first. */
export class ProtobufEncoding implements Encoding {
  readonly #out: ProtobufWriter;
  readonly #resource: Buffer;
  readonly #scope: Buffer;

  /** @param room bytes there is room for before it grows */
  constructor(origin: Origin, room = usual) {
    this.#out = new ProtobufWriter(room);
    this.#resource = this.#message(resourceSpans.resource, () =>
      this.#attributes(resource.attributes, origin.resource),
    );
    this.#scope = this.#message(scopeSpans.scope, () => this.#out.text(scope.name, origin.scope));
  }

  #message(tag: number, write: () => void): Buffer {
    const begun = this.#out.begin(tag, 4);
    write();
    this.#out.end(begun, 4);
    return this.#out.take();
  }

  get length(): number {
    return this.#out.length;
  }

  take(): Uint8Array {
    const spans = this.#out.take();
    const inner = headOf(resourceSpans.scopeSpans, this.#scope.length + spans.length);
    const size = this.#resource.length + inner.length + this.#scope.length + spans.length;
    return Buffer.concat([headOf(request.resourceSpans, size), this.#resource, inner, this.#scope, spans]);
  }

  write(ended: Ended): void {
    const out = this.#out;
    const begun = out.begin(scopeSpans.spans, 4);
    out.hex(span.traceId, ended.trace.traceId);
    out.hex(span.spanId, ended.trace.spanId);
    if (ended.parentId !== '') out.hex(span.parentSpanId, ended.parentId);
    out.text(span.name, ended.name);
    out.integer(span.kind, kinds[ended.kind]);
    out.time(span.start, ended.start);
    out.time(span.end, ended.end);
    this.#attributes(span.attributes, ended.attributes);
    if (ended.droppedAttributes > 0) out.integer(span.droppedAttributes, ended.droppedAttributes);
    for (const each of ended.events) this.#event(each);
    if (ended.droppedEvents > 0) out.integer(span.droppedEvents, ended.droppedEvents);
    if (ended.failure) this.#failure(ended.failure.message);
    out.raw(span.flags);
    out.word(flagsOf(ended));
    out.end(begun, 4);
  }

  #event({ at, name, attributes, droppedAttributes }: SpanEvent): void {
    const begun = this.#out.begin(span.events, 4);
    this.#out.time(event.time, at);
    this.#out.text(event.name, name);
    this.#attributes(event.attributes, attributes);
    if (droppedAttributes > 0) this.#out.integer(event.droppedAttributes, droppedAttributes);
    this.#out.end(begun, 4);
  }

  #failure(message: string | undefined): void {
    const begun = this.#out.begin(span.status, 4);
    if (message !== undefined) this.#out.text(status.message, message);
    this.#out.integer(status.code, failed);
    this.#out.end(begun, 4);
  }

  #attributes(tag: number, attributes: Attributes): void {
    for (const name in attributes) {
      const value = attributes[name];
      if (value !== undefined) this.#attribute(tag, keyOf(name), value);
    }
  }

  #attribute(tag: number, key: Uint8Array, value: string | number | boolean): void {
    const out = this.#out;
    const size = typeof value === 'string' ? value.length * 3 : numberSize;
    const room = key.length + size <= shortest ? 1 : 4;
    const begun = out.begin(tag, room);
    out.raw(key);
    const inner = out.begin(keyValue.value, room);
    if (typeof value === 'string') out.text(anyValue.text, value);
    else if (typeof value === 'boolean') out.integer(anyValue.boolean, Number(value));
    else if (Number.isSafeInteger(value)) out.integer(anyValue.integer, value);
    else out.double(anyValue.double, value);
    out.end(inner, room);
    out.end(begun, room);
  }
}
