import type { Span } from './span.ts';
import { readTraceparent, type TraceContext, unrecorded } from './trace-context.ts';

/** A request's place in its trace, and its span where the trace is recorded. */
export type Begun = { readonly trace: TraceContext; readonly span: Span | undefined };

/** Gets what recording has to say about its own work. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', (message: string) => void>>;

/** What a process records of its requests. */
export type Tracing = {
  /** Whether anything is recorded at all. */
  readonly isOn: boolean;
  /**
   * Decides, once, whether a request is recorded.
   * @param traceparent of a caller who is believed
   * @param name of the span: method and route
   */
  readonly begin: (traceparent: string | readonly string[] | undefined, name: string) => Begun;
  /** The span for which something is running (`Span.run`). */
  readonly current: () => Span | undefined;
  /** Sends what has not been sent yet, within 2 s. Never fails. */
  readonly close: () => Promise<void>;
};

/** Records nothing: requests only have their ids. */
export const noTracing: Tracing = {
  isOn: false,
  begin: (traceparent) => ({ trace: unrecorded(readTraceparent(traceparent)), span: undefined }),
  current: () => undefined,
  close: async () => {},
};

/** Somewhere to send traces to; the specification's own default, a collector on the same machine, is rarely there. */
const hasReceiver = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);

const isRefused = ({ OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter }: NodeJS.ProcessEnv): boolean =>
  disabled?.trim().toLowerCase() === 'true' || exporter?.trim() === 'none';

/**
 * Starts to record and send traces, where the environment (`OTEL_*`) names a receiver. Otherwise nothing of it is loaded.
 * @param service its name, and its release, unless the environment says otherwise
 * @param log told of what the exporter meets, such as a receiver that is away
 */
export const startTracing = async (
  service: { readonly name: string; readonly release: string },
  log: Log,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Tracing> => {
  if (!hasReceiver(env) || isRefused(env)) return noTracing;
  const { startRecording } = await import('./recording.ts');
  return startRecording(service, log, env);
};
