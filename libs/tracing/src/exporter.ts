import type { IOtlpExportDelegate } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Encoding, Origin } from './ended.ts';
import { JsonEncoding } from './otlp-json.ts';
import { ProtobufEncoding } from './otlp-protobuf.ts';
import type { Send } from './span-queue.ts';

/** How spans are written, and who sends them. */
export type Exporter = {
  readonly encoding: Encoding;
  readonly send: Send;
  /** Resolves when what was sent has arrived, or has not. */
  readonly close: () => Promise<void>;
};

/** What is sent is written already; of an answer the exporter reads whether all of it was taken. */
const passing = ({ deserializeResponse }: Pick<typeof JsonTraceSerializer, 'deserializeResponse'>) => ({
  serializeRequest: (request: Uint8Array): Uint8Array => request,
  deserializeResponse,
});
const protobuf = passing({ deserializeResponse: (response) => ProtobufTraceSerializer.deserializeResponse(response) });
const json = passing({ deserializeResponse: (response) => JsonTraceSerializer.deserializeResponse(response) });

/** The exporter's own figures of itself are not asked for. */
const uncounted = { name: 'span', countItems: () => 0 } as const;

const overHttp = (contentType: string, serializer: typeof protobuf): IOtlpExportDelegate<Uint8Array> =>
  createOtlpHttpExportDelegate(
    convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': contentType }),
    serializer,
    'otlp_http_span_exporter',
    uncounted,
    undefined,
  );

const overGrpc = async (): Promise<IOtlpExportDelegate<Uint8Array>> => {
  const grpc = await import('@opentelemetry/otlp-grpc-exporter-base');
  return grpc.createOtlpGrpcExportDelegate(
    grpc.convertLegacyOtlpGrpcOptions({}, 'TRACES'),
    protobuf,
    'otlp_grpc_span_exporter',
    uncounted,
    undefined,
    'TraceExportService',
    '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  );
};

/**
 * Sends spans as `OTEL_EXPORTER_OTLP_*` say: protocol, endpoint, headers, time-out, compression, certificates; again, when the receiver says later.
 * That is OpenTelemetry's own exporter, which is given what is written already.
 */
export const openExporter = async (origin: Origin, env: NodeJS.ProcessEnv): Promise<Exporter> => {
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/protobuf';
  const delegate =
    protocol === 'grpc'
      ? await overGrpc()
      : protocol === 'http/json'
        ? overHttp('application/json', json)
        : overHttp('application/x-protobuf', protobuf);
  return {
    encoding: protocol === 'http/json' ? new JsonEncoding(origin) : new ProtobufEncoding(origin),
    send: (request, done) => delegate.export(request, ({ error }) => done(error)),
    close: () => delegate.shutdown(),
  };
};
