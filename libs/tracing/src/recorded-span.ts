import type { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as SdkSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { Attributes, Kind, Span } from './span.ts';
import type { TraceContext } from './trace-context.ts';

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** What every span of a process needs. */
export type Recorder = { readonly tracer: Tracer; readonly running: AsyncLocalStorage<Span> };

/** A place in a trace as this project writes it. */
export const placeOf = (span: SdkSpan): TraceContext => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, flags: traceFlags.toString(16).padStart(2, '0') };
};

/** A span of the SDK; whatever it is a part of is handed on by hand, which costs those who are not recorded nothing. */
export class RecordedSpan implements Span {
  readonly trace: TraceContext;
  readonly #span: SdkSpan;
  readonly #recorder: Recorder;
  #context: Context | undefined;

  constructor(span: SdkSpan, recorder: Recorder) {
    this.#span = span;
    this.#recorder = recorder;
    this.trace = placeOf(span);
  }

  child(name: string, kind: Kind, attributes: Attributes = {}): Span {
    this.#context ??= trace.setSpan(ROOT_CONTEXT, this.#span);
    const options = { kind: kinds[kind], attributes };
    return new RecordedSpan(this.#recorder.tracer.startSpan(name, options, this.#context), this.#recorder);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  event(name: string, attributes: Attributes = {}): void {
    this.#span.addEvent(name, attributes);
  }

  fail(type: string, message?: string): void {
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }

  run<Result>(work: () => Result): Result {
    return this.#recorder.running.run(this, work);
  }

  end(): void {
    this.#span.end();
  }
}
