export { sendProblem, toProblem } from './error-handling.ts';
export { type Finding, Health } from './health.ts';
export { limits } from './limits.ts';
export { createLogger, type Logger } from './logger.ts';
export { Counter, createMetrics, Gauge, Histogram, type Registry } from './metrics.ts';
export { type FieldErrors, Problem, type ProblemCode, problemContentType, problems } from './problems.ts';
export { traceparentOf, type TraceContext } from './request-context.ts';
export { run } from './run.ts';
export { createServer } from './server.ts';
