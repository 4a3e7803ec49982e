import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';

/** The events of node:test's reporters that are counted here. */
type Event = {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly skip?: unknown;
    readonly todo?: unknown;
    readonly details?: {
      readonly type?: string;
      readonly duration_ms?: number;
      readonly error?: Error & { readonly cause?: unknown };
    };
  };
};

export type Outcome = {
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly name: string;
  readonly file: string;
  readonly seconds: number;
  /** Why it failed. */
  readonly reason?: string;
};

/** Where the outcomes of a run are gathered, a line of JSON each. */
export const resultsVariable = 'SCALE_UP_TEST_RESULTS';

/** What a test threw, which node:test wraps. */
const reasonOf = (error: (Error & { readonly cause?: unknown }) | undefined): string | undefined => {
  const thrown = error?.cause ?? error;
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown && inspect(thrown);
};

/** A reporter for node:test that writes down how each test ended; it prints nothing, since another one does. */
export default async function* reporter(source: AsyncIterable<Event>): AsyncGenerator<string, void> {
  const results = process.env[resultsVariable];
  for await (const { type, data } of source) {
    if (!results || (type !== 'test:pass' && type !== 'test:fail')) continue;
    if (data.details?.type === 'suite') continue;
    const isSkipped = data.skip !== undefined || data.todo !== undefined;
    const result = type === 'test:fail' ? 'failed' : isSkipped ? 'skipped' : 'passed';
    const reason = result === 'failed' ? reasonOf(data.details?.error) : undefined;
    const seconds = (data.details?.duration_ms ?? 0) / 1_000;
    const outcome: Outcome = {
      result,
      name: data.name ?? '',
      file: data.file ?? '',
      seconds,
      ...(reason && { reason }),
    };
    appendFileSync(results, `${JSON.stringify(outcome)}\n`);
  }
  yield '';
}
