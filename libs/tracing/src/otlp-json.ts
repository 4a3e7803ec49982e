import { type Encoding, type Ended, failed, flagsOf, kinds, type Origin } from './ended.ts';
import type { Attributes } from './span.ts';

/** 64 bits are texts in JSON (OTLP specification, JSON Protobuf Encoding). */
const nanoseconds = (milliseconds: number): string => `${BigInt(Math.round(milliseconds * 1_000))}000`;

const valueOf = (value: string | number | boolean): object => {
  // Half a pair of UTF-16 is no text for whoever reads UTF-8.
  if (typeof value === 'string') return { stringValue: value.toWellFormed() };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};

const attributesOf = (attributes: Attributes): object[] =>
  Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: valueOf(value) }]));

const spanOf = (ended: Ended): object => ({
  traceId: ended.trace.traceId,
  spanId: ended.trace.spanId,
  ...(ended.parentId !== '' && { parentSpanId: ended.parentId }),
  name: ended.name,
  kind: kinds[ended.kind],
  startTimeUnixNano: nanoseconds(ended.start),
  endTimeUnixNano: nanoseconds(ended.end),
  attributes: attributesOf(ended.attributes),
  droppedAttributesCount: ended.droppedAttributes,
  events: ended.events.map(({ at, name, attributes, droppedAttributes }) => ({
    timeUnixNano: nanoseconds(at),
    name,
    attributes: attributesOf(attributes),
    droppedAttributesCount: droppedAttributes,
  })),
  droppedEventsCount: ended.droppedEvents,
  status: ended.failure
    ? { code: failed, ...(ended.failure.message !== undefined && { message: ended.failure.message.toWellFormed() }) }
    : {},
  flags: flagsOf(ended),
});

/** Spans as JSON, for whoever wants to read what is sent. */
export class JsonEncoding implements Encoding {
  readonly #before: string;
  #spans: string[] = [];
  #length = 0;

  constructor({ resource, scope }: Origin) {
    const whole = { attributes: attributesOf(resource) };
    this.#before = `{"resourceSpans":[{"resource":${JSON.stringify(whole)},"scopeSpans":[{"scope":${JSON.stringify({ name: scope })},"spans":[`;
  }

  get length(): number {
    return this.#length;
  }

  write(ended: Ended): void {
    const text = JSON.stringify(spanOf(ended));
    this.#spans.push(text);
    this.#length += Buffer.byteLength(text) + 1;
  }

  take(): Uint8Array {
    const text = `${this.#before}${this.#spans.join()}]}]}]}`;
    this.#spans = [];
    this.#length = 0;
    return Buffer.from(text);
  }
}
