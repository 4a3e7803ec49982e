import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

export type ReceivedSpan = {
  /** Of the process that recorded it. */
  readonly service: string;
  /** The same, and what else is said of that process. */
  readonly resource: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the root. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client';
  /** In milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[];
  readonly isFailed: boolean;
};

/** What becomes of what arrives: it is taken; it is never answered; it is answered with this status. */
export type Manner = 'take' | 'hang' | number;

type KeyValue = { readonly key: string; readonly value?: Record<string, unknown> };
type Resource = { readonly attributes?: readonly KeyValue[] };
type Span = {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId?: Buffer;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly KeyValue[] }[];
  readonly status?: { readonly code?: number };
};
type Request = {
  readonly resourceSpans?: readonly {
    readonly resource?: Resource;
    readonly scopeSpans?: readonly { readonly spans?: readonly Span[] }[];
  }[];
};

const { root } = protobuf.parse(readFileSync(new URL('otlp.proto', import.meta.url), 'utf8'));
const requestType = root.lookupType('otlp.ExportTraceServiceRequest');

const kinds = ['internal', 'internal', 'server', 'client'] as const;
const failed = 2;

const attributesOf = (pairs: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(
    pairs.map(({ key, value = {} }) => {
      const { intValue, ...others } = value;
      return [key, intValue === undefined ? Object.values(others)[0] : Number(intValue)];
    }),
  );

const spanOf = (resource: Record<string, unknown>, span: Span): ReceivedSpan => ({
  service: String(resource['service.name']),
  resource,
  traceId: span.traceId.toString('hex'),
  spanId: span.spanId.toString('hex'),
  parentId: span.parentSpanId?.toString('hex') ?? '',
  name: span.name,
  kind: kinds[span.kind] ?? 'internal',
  start: Number(BigInt(span.startTimeUnixNano) / 1_000n) / 1_000,
  end: Number(BigInt(span.endTimeUnixNano) / 1_000n) / 1_000,
  attributes: attributesOf(span.attributes),
  events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
  isFailed: span.status?.code === failed,
});

const spansOf = ({ resourceSpans = [] }: Request): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const from = attributesOf(resource?.attributes);
    return scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => spanOf(from, span)));
  });

/** The spans of a request in protobuf. */
export const readSpans = (bytes: Buffer): ReceivedSpan[] =>
  spansOf(requestType.toObject(requestType.decode(bytes), { longs: String }));

/** The same in JSON, where ids are hex. */
const readJsonSpans = (text: string): ReceivedSpan[] =>
  spansOf(
    JSON.parse(text, (key, value: unknown) =>
      key.endsWith('Id') ? Buffer.from(String(value), 'hex') : value,
    ) as Request,
  );

/** A receiver of traces as collectors are: OTLP over HTTP, in protobuf or JSON. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Headers of the last request. */
  headers: IncomingMessage['headers'] = {};
  manner: Manner = 'take';
  /** Requests that have arrived. */
  requests = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    this.headers = request.headers;
    const body = await buffer(request);
    if (this.manner === 'hang') return;
    if (this.manner !== 'take' || request.url !== '/v1/traces') {
      response.writeHead(this.manner === 'take' ? 404 : this.manner).end();
      return;
    }
    const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const type = request.headers['content-type'] ?? '';
    const isJson = type === 'application/json';
    this.spans.push(...(isJson ? readJsonSpans(plain.toString()) : readSpans(plain)));
    response.writeHead(200, { 'content-type': type }).end(isJson ? '{}' : '');
  }

  /**
   * Spans of the trace in which one has an attribute of this value, once there are all that are looked for.
   * @param isWhole whether nothing is missing any more
   * @throws Error with what there is, when that takes over 10 s
   */
  async trace(
    name: string,
    value: unknown,
    isWhole: (spans: readonly ReceivedSpan[]) => boolean = (spans) => spans.length > 0,
  ): Promise<readonly ReceivedSpan[]> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const traceId = this.spans.find(({ attributes }) => attributes[name] === value)?.traceId;
      const found = this.spans.filter((span) => span.traceId === traceId);
      if (isWhole(found)) return found;
      if (performance.now() > deadline) {
        const names = (traceId === undefined ? this.spans : found).map((span) => `${span.service} ${span.name}`);
        throw new Error(`no whole trace with ${name} ${String(value)}: ${names.join(', ')}`);
      }
      await sleep(20);
    }
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
