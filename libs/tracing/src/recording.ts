import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { followWallClock } from './clock.ts';
import { diag, logExporter } from './exporter-log.ts';
import { openExporter } from './exporter.ts';
import { RecordedSpan, recordedIn, type Recorder } from './recorded-span.ts';
import { describeProcess } from './resource.ts';
import { samplerOf } from './sampler.ts';
import { readSettings } from './settings.ts';
import type { Span } from './span.ts';
import { type Send, SpanQueue } from './span-queue.ts';
import { isSampled, notSampled, randomHex, readTraceparent } from './trace-context.ts';
import type { Log, Tracing } from './tracing.ts';

/** Milliseconds for the last spans of a process that ends: a receiver that is there takes a few. */
const flushLimit = 2_000;

/** Starts to record and to send, as `OTEL_*` in the environment say. Metrics are prom-client's, and logs are lines. */
export const startRecording = async (
  service: { readonly name: string; readonly release: string },
  log: Log,
  env: NodeJS.ProcessEnv,
): Promise<Tracing> => {
  logExporter(log, env['OTEL_LOG_LEVEL']);
  const tell = (message: string): void => diag.warn(message);
  const settings = readSettings(env, tell);
  const origin = { resource: await describeProcess(service), scope: '@scale-up/tracing' };
  const exporter = await openExporter(origin, env);
  const send: Send = (request, done) => {
    followWallClock();
    exporter.send(request, done);
  };
  const queue = new SpanQueue(settings, exporter.encoding, send, tell);
  const recorder: Recorder = { queue, running: new AsyncLocalStorage<Span>(), limits: settings };
  const { followsCaller, decide } = samplerOf(env);

  return {
    isOn: true,
    begin: (traceparent, name) => {
      const caller = readTraceparent(traceparent);
      const traceId = caller?.traceId ?? randomHex(16);
      if (!(caller && followsCaller ? isSampled(caller) : decide(traceId))) {
        return { trace: { traceId, spanId: randomHex(8), flags: notSampled }, span: undefined };
      }
      const parent = caller && { spanId: caller.spanId, isRemote: true };
      const span = new RecordedSpan(recorder, name, 'server', recordedIn(traceId), parent);
      return { trace: span.trace, span };
    },
    current: () => recorder.running.getStore(),
    close: async () => {
      const limit = new AbortController();
      const late = sleep(flushLimit, 'late' as const, { signal: limit.signal }).catch(() => 'done' as const);
      queue.flush();
      const done = exporter.close().then(
        () => 'done' as const,
        () => 'failed' as const,
      );
      const outcome = await Promise.race([done, late]);
      limit.abort();
      if (outcome !== 'done') log.warn('traces: the last ones were not delivered');
    },
  };
};
