export type { Attributes, Kind, Span } from './span.ts';
export { type TraceContext, traceparentOf } from './trace-context.ts';
export { type Begun, noTracing, startTracing, type Tracing } from './tracing.ts';
