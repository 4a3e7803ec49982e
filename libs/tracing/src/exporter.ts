import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { requestOf } from './otlp.ts';
import type { Send } from './span-queue.ts';

/** Says what is sent, and what is wrong with the answer; the exporter's own figures of itself are not asked for. */
const serializer = {
  serializeRequest: (request: Buffer): Uint8Array => request,
  deserializeResponse: ProtobufTraceSerializer.deserializeResponse.bind(ProtobufTraceSerializer),
};
const uncounted = { name: 'span', countItems: () => 0 } as const;

/**
 * Sends requests as `OTEL_EXPORTER_OTLP_*` say: endpoint, headers, time-out, compression, certificates; again, when the receiver says later.
 * That is OpenTelemetry's own exporter, which is given what is written already.
 * @param head of each request: where the spans come from
 */
export const openExporter = (head: Parameters<typeof requestOf>[0]) => {
  const options = convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' });
  const delegate = createOtlpHttpExportDelegate(options, serializer, 'otlp_http_span_exporter', uncounted, undefined);
  const send: Send = (spans, done) => delegate.export(requestOf(head, spans), ({ error }) => done(error));
  return { send, close: () => delegate.shutdown() };
};
