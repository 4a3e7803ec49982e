import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { print } from '../local/terminal.ts';
import { patience, SilenceWatch } from './silence.ts';

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
  /** Why it failed, or was skipped. */
  readonly reason?: string;
};

/** Where the outcomes of a run are gathered, a line of JSON each. */
export const resultsVariable = 'SCALE_UP_TEST_RESULTS';

/** Seconds of silence after which files are ended, where it is not the usual. */
export const silenceVariable = 'SCALE_UP_TEST_SILENCE';

/** What a test threw, which node:test wraps; of where it was thrown, without Node's own part. */
const reasonOf = (error: (Error & { readonly cause?: unknown }) | undefined): string | undefined => {
  const thrown = error?.cause ?? error;
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown && inspect(thrown);
  return text?.replaceAll(/\n {4}at [^\n]*\(?node:internal[^\n]*/g, '');
};

const outcomeOf = ({ type, data }: Event, why: (name: string) => string | undefined): Outcome | undefined => {
  if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite') return undefined;
  const isSkipped = data.skip !== undefined || data.todo !== undefined;
  const result = type === 'test:fail' ? 'failed' : isSkipped ? 'skipped' : 'passed';
  // A file as a whole has its path for a name.
  const whySkipped = typeof data.skip === 'string' ? data.skip : undefined;
  const reason = result === 'failed' ? (why(data.name ?? '') ?? reasonOf(data.details?.error)) : whySkipped;
  const seconds = (data.details?.duration_ms ?? 0) / 1_000;
  return { result, name: data.name ?? '', file: data.file ?? '', seconds, ...(reason && { reason }) };
};

/**
 * A reporter for node:test that writes down how each test ended, and ends files of which nothing is heard any more; else it
 * prints nothing, since another one does.
 */
export default async function* reporter(source: AsyncIterable<Event>): AsyncGenerator<string, void> {
  const results = process.env[resultsVariable];
  const watch = new SilenceWatch(Number(process.env[silenceVariable] ?? patience), print);
  try {
    for await (const event of source) {
      watch.heard();
      const outcome = outcomeOf(event, (name) => watch.reasonFor(name));
      if (results && outcome) appendFileSync(results, `${JSON.stringify(outcome)}\n`);
    }
  } finally {
    watch.stop();
  }
  yield '';
}
