import { hrtime } from 'node:process';

/** How a verb tells what it does. */
export type Report = {
  /** What it is going to do, before it does anything. */
  readonly plan: (title: string, lines: readonly string[]) => void;
  /**
   * Does one thing and says so, with the time it took and whatever the work returns.
   * A failure is shown at its step and passed on.
   */
  readonly step: <Result>(
    server: string,
    title: string,
    work: (say: (text: string) => void) => Promise<Result>,
  ) => Promise<Result>;
  /** A line of its own. */
  readonly say: (text: string) => void;
  /** What was done: the last word. */
  readonly done: (text: string) => void;
};

/**
 * A report for a person; with `--json` it goes to stderr, so that stdout holds the document alone.
 * @param write where to
 */
export const reportTo = (write: (text: string) => void): Report => {
  const line = (text: string): void => write(`${text}\n`);
  return {
    plan: (title, lines) => {
      line(title);
      for (const [index, each] of lines.entries()) line(`  ${index + 1}. ${each}`);
    },
    step: async (server, title, work) => {
      const started = hrtime.bigint();
      const seconds = (): string => `${(Number(hrtime.bigint() - started) / 1e9).toFixed(1)} s`;
      const head = server === '' ? title : `${server}: ${title}`;
      line(`→ ${head}`);
      try {
        const result = await work((text) => line(`    ${text}`));
        line(`✓ ${head} (${seconds()})${typeof result === 'string' && result !== '' ? `: ${result}` : ''}`);
        return result;
      } catch (error) {
        line(`✗ ${head} (${seconds()})`);
        throw error;
      }
    },
    say: line,
    done: line,
  };
};
