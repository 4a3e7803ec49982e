import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { type ReceivedSpan, readSpans } from '@scale-up/testing';
import { runProgram } from './run-program.ts';

type Call = ServerUnaryCall<ReceivedSpan[], Buffer>;

/** The one operation of a receiver (opentelemetry-proto: trace_service.proto). */
const definition = {
  Export: {
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    requestStream: false,
    responseStream: false,
    requestSerialize: (): Buffer => Buffer.alloc(0),
    requestDeserialize: readSpans,
    responseSerialize: (answer: Buffer): Buffer => answer,
    responseDeserialize: (answer: Buffer): Buffer => answer,
  },
};

test('spans are sent over gRPC, where the protocol says so, with headers as metadata', async (t) => {
  const spans: ReceivedSpan[] = [];
  let authorization: unknown;
  const server = new Server();
  server.addService(definition, {
    Export: ({ request, metadata }: Call, answer: sendUnaryData<Buffer>) => {
      spans.push(...request);
      [authorization] = metadata.get('authorization');
      answer(null, Buffer.alloc(0));
    },
  });
  t.after(() => server.forceShutdown());
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  const { logged } = await runProgram({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await promise}`,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20word',
  });
  assert.deepEqual([logged, authorization], [[], 'Bearer word']);
  assert.deepEqual(spans.map(({ name }) => name).toSorted(), ['GET /things', 'part', 'within']);
  assert.deepEqual(spans.find(({ name }) => name === 'GET /things')?.attributes, { place: 'here' });
});
