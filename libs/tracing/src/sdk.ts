import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { placeOf, RecordedSpan, type Recorder } from './recorded-span.ts';
import { logSdk } from './sdk-log.ts';
import type { Span } from './span.ts';
import { isSampled, randomHex, readTraceparent, type TraceContext, unrecorded } from './trace-context.ts';
import type { Log, Tracing } from './tracing.ts';

/** Milliseconds for the last spans of a process that ends: a receiver that is there takes a few. */
const flushLimit = 2_000;

/** The specification's default is one of them. */
const isParentBased = (sampler: string | undefined): boolean => !sampler || sampler.startsWith('parentbased_');

const contextOf = ({ traceId, spanId }: TraceContext, traceFlags: TraceFlags): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });

const options = { kind: SpanKind.SERVER };

/** Starts the SDK, which reads its own settings (`OTEL_*`) from the environment. Metrics are prom-client's, and logs are lines. */
export const startSdk = (
  service: { readonly name: string; readonly release: string },
  log: Log,
  env: NodeJS.ProcessEnv,
): Tracing => {
  const resource = resourceFromAttributes({ 'service.name': service.name, 'service.version': service.release });
  const sdk = new NodeSDK({
    resource: defaultResource().merge(resource),
    idGenerator: { generateTraceId: () => randomHex(16), generateSpanId: () => randomHex(8) },
    metricReaders: [],
    logRecordProcessors: [],
    textMapPropagator: null,
  });
  // Where OTEL_LOG_LEVEL is set the SDK has made a logger that writes to the console, between this process' lines of JSON.
  logSdk(log, env['OTEL_LOG_LEVEL']);
  sdk.start();
  const recorder: Recorder = { tracer: trace.getTracer('@scale-up/tracing'), running: new AsyncLocalStorage<Span>() };
  const followsCaller = isParentBased(env['OTEL_TRACES_SAMPLER']);

  return {
    isOn: true,
    begin: (traceparent, name) => {
      const caller = readTraceparent(traceparent);
      const wasSampled = caller !== undefined && isSampled(caller);
      // Most requests end here: their caller has decided for them.
      if (caller && !wasSampled && followsCaller) return { trace: unrecorded(caller), span: undefined };
      const context = caller ? contextOf(caller, wasSampled ? TraceFlags.SAMPLED : TraceFlags.NONE) : ROOT_CONTEXT;
      const span = recorder.tracer.startSpan(name, options, context);
      if (!span.isRecording()) return { trace: placeOf(span), span: undefined };
      const recorded = new RecordedSpan(span, recorder);
      return { trace: recorded.trace, span: recorded };
    },
    current: () => recorder.running.getStore(),
    close: async () => {
      const limit = new AbortController();
      const late = sleep(flushLimit, 'late' as const, { signal: limit.signal }).catch(() => 'done' as const);
      const done = sdk.shutdown().then(
        () => 'done' as const,
        () => 'failed' as const,
      );
      const outcome = await Promise.race([done, late]);
      limit.abort();
      if (outcome !== 'done') log.warn('traces: the last ones were not delivered');
    },
  };
};
