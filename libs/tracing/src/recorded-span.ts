import type { AsyncLocalStorage } from 'node:async_hooks';
import { now } from './clock.ts';
import type { SpanEvent } from './ended.ts';
import { limited } from './limits.ts';
import type { Settings } from './settings.ts';
import type { SpanQueue } from './span-queue.ts';
import type { Attributes, Kind, Span } from './span.ts';
import { randomHex, sampled, type TraceContext } from './trace-context.ts';

/** What every span of a process needs. */
export type Recorder = {
  readonly queue: SpanQueue;
  readonly running: AsyncLocalStorage<Span>;
  readonly limits: Pick<Settings, 'span' | 'event' | 'events'>;
};

const nothing: Attributes = {};
const noEvents: readonly SpanEvent[] = [];

/** The place of a new span in a trace that is recorded. */
export const recordedIn = (traceId: string): TraceContext => ({ traceId, spanId: randomHex(8), flags: sampled });

/** A span that is written when it ends. Whatever it is a part of is handed on by hand, which costs those who are not recorded nothing. */
export class RecordedSpan implements Span {
  readonly trace: TraceContext;
  readonly #recorder: Recorder;
  readonly #kind: Kind;
  readonly #parentId: string;
  readonly #isParentRemote: boolean;
  readonly #start = now();
  #name: string;
  #attributes: Attributes | undefined;
  #events: SpanEvent[] | undefined;
  #droppedEvents = 0;
  #failure: { readonly message: string | undefined } | undefined;
  #hasEnded = false;

  /** @param parent within this process, or of the one that asks; undefined at the root */
  constructor(
    recorder: Recorder,
    name: string,
    kind: Kind,
    trace: TraceContext,
    parent: { readonly spanId: string; readonly isRemote: boolean } | undefined,
    attributes?: Attributes,
  ) {
    this.#recorder = recorder;
    this.#name = name;
    this.#kind = kind;
    this.trace = trace;
    this.#parentId = parent?.spanId ?? '';
    this.#isParentRemote = parent?.isRemote ?? false;
    this.#attributes = attributes;
  }

  child(name: string, kind: Kind, attributes?: Attributes): Span {
    const { traceId, spanId } = this.trace;
    return new RecordedSpan(this.#recorder, name, kind, recordedIn(traceId), { spanId, isRemote: false }, attributes);
  }

  rename(name: string): void {
    this.#name = name;
  }

  set(attributes: Attributes): void {
    this.#attributes = this.#attributes === undefined ? attributes : { ...this.#attributes, ...attributes };
  }

  event(name: string, attributes: Attributes = nothing): void {
    this.#events ??= [];
    const { events, event } = this.#recorder.limits;
    if (this.#events.length < events) this.#events.push({ at: now(), name, ...limited(attributes, event) });
    else this.#droppedEvents += 1;
  }

  fail(type: string, message?: string): void {
    this.set({ 'error.type': type });
    this.#failure = { message: message?.slice(0, this.#recorder.limits.span.longest) };
  }

  run<Result>(work: () => Result): Result {
    return this.#recorder.running.run(this, work);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { limits, queue } = this.#recorder;
    const { attributes, droppedAttributes } = limited(this.#attributes ?? nothing, limits.span);
    queue.add({
      trace: this.trace,
      parentId: this.#parentId,
      isParentRemote: this.#isParentRemote,
      name: this.#name,
      kind: this.#kind,
      start: this.#start,
      end: now(),
      attributes,
      droppedAttributes,
      events: this.#events ?? noEvents,
      droppedEvents: this.#droppedEvents,
      failure: this.#failure,
    });
  }
}
