import type { Limits } from './limits.ts';

/** How many spans wait for how long, and how much of each is sent (`OTEL_BSP_*` and the limits of the specification). */
export type Settings = {
  /** Spans that are sent at once. */
  readonly batch: number;
  /** Spans that are kept while they are sent. */
  readonly queue: number;
  /** Milliseconds after which those that have ended are sent, however few. */
  readonly delay: number;
  /** Milliseconds after which nobody waits any more for those that were sent. */
  readonly patience: number;
  /** Of a span itself, and of each of its events. */
  readonly span: Limits;
  readonly event: Limits;
  /** Events of a span. */
  readonly events: number;
};

/** Characters of a value where nobody says otherwise: a URL that Node takes, and some. */
const longest = 16_384;

/** Milliseconds that a timer can wait. */
const longestDelay = 2 ** 31 - 1;

/**
 * Reads them. Numbers that are none are told and left alone, as the specification has it: traces are no reason not to start.
 * @param warn told which, and what it would have to be
 */
export const readSettings = (env: NodeJS.ProcessEnv, warn: (message: string) => void): Settings => {
  const read = (fallback: number, least: number, ...names: readonly string[]): number => {
    const name = names.find((each) => env[each]);
    if (name === undefined) return fallback;
    const value = Number(env[name]);
    if (Number.isSafeInteger(value) && value >= least) return value;
    warn(`${name} must be a whole number of at least ${least}, not "${env[name]}"; ${fallback} is used`);
    return fallback;
  };
  const queue = read(2_048, 1, 'OTEL_BSP_MAX_QUEUE_SIZE');
  return {
    queue,
    batch: Math.min(queue, read(512, 1, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE')),
    delay: Math.min(longestDelay, read(5_000, 0, 'OTEL_BSP_SCHEDULE_DELAY')),
    patience: Math.min(longestDelay, read(30_000, 1, 'OTEL_BSP_EXPORT_TIMEOUT')),
    span: {
      count: read(128, 0, 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
      longest: read(longest, 0, 'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    },
    event: {
      count: read(128, 0, 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'),
      longest: read(longest, 0, 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
    },
    events: read(128, 0, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
  };
};
