import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { RecordedSpan, type Recorder } from './recorded-span.ts';
import { logSdk } from './sdk-log.ts';
import type { Span } from './span.ts';
import { isSampled, notSampled, randomHex, readTraceparent, type TraceContext } from './trace-context.ts';
import type { Log, Tracing } from './tracing.ts';

/** Milliseconds for the last spans of a process that ends: a receiver that is there takes a few. */
const flushLimit = 2_000;

/** Who decides about a request: its caller, if there is one, or a sampler. */
const deciding = ({ OTEL_TRACES_SAMPLER: given, OTEL_TRACES_SAMPLER_ARG: arg }: NodeJS.ProcessEnv) => {
  const [, parentBased, name] = /^(parentbased_)?(.*)$/.exec(given || 'parentbased_always_on') ?? [];
  const samplers: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(arg ? Number(arg) : 1),
  };
  const sampler = (samplers[name ?? ''] ?? (() => new AlwaysOnSampler()))();
  const decide = (traceId: string): boolean =>
    sampler.shouldSample(ROOT_CONTEXT, traceId, '', SpanKind.SERVER, {}, []).decision ===
    SamplingDecision.RECORD_AND_SAMPLED;
  return { followsCaller: parentBased !== undefined, decide };
};

const contextOf = ({ traceId, spanId }: TraceContext): Context =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });

const options = { kind: SpanKind.SERVER };

/** Starts the SDK, which reads its own settings (`OTEL_*`) from the environment. Metrics are prom-client's, and logs are lines. */
export const startSdk = (
  service: { readonly name: string; readonly release: string },
  log: Log,
  env: NodeJS.ProcessEnv,
): Tracing => {
  const resource = resourceFromAttributes({ 'service.name': service.name, 'service.version': service.release });
  // Of the trace that is begun next: it was decided by its id.
  let traceId = '';
  const sdk = new NodeSDK({
    resource: defaultResource().merge(resource),
    // What is not to be recorded does not get as far as the SDK, whose own way there costs a small static file 3 %.
    sampler: new AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => randomHex(8) },
    metricReaders: [],
    logRecordProcessors: [],
    textMapPropagator: null,
  });
  // Where OTEL_LOG_LEVEL is set the SDK has made a logger that writes to the console, between this process' lines of JSON.
  logSdk(log, env['OTEL_LOG_LEVEL']);
  sdk.start();
  const recorder: Recorder = { tracer: trace.getTracer('@scale-up/tracing'), running: new AsyncLocalStorage<Span>() };
  const { followsCaller, decide } = deciding(env);

  return {
    isOn: true,
    begin: (traceparent, name) => {
      const caller = readTraceparent(traceparent);
      traceId = caller?.traceId ?? randomHex(16);
      if (!(caller && followsCaller ? isSampled(caller) : decide(traceId))) {
        return { trace: { traceId, spanId: randomHex(8), flags: notSampled }, span: undefined };
      }
      const context = caller ? contextOf(caller) : ROOT_CONTEXT;
      const span = new RecordedSpan(recorder.tracer.startSpan(name, options, context), recorder);
      return { trace: span.trace, span };
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
