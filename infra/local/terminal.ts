import { isAbort } from './message.ts';

// Whoever read the output is gone, such as a closed terminal; things are still stopped in order.
process.stdout.on('error', () => {});

const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR;

const paint = (code: number, text: string): string => (isTerminal ? `\u001B[${code}m${text}\u001B[0m` : text);

export const bold = (text: string): string => paint(1, text);
export const dim = (text: string): string => paint(2, text);

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * Runs one step of a start and prints a line with its result and duration; after two seconds it says what it is waiting for.
 * @param name what is being done
 * @param work gives what to show beside the name
 */
export const step = async <Result>(
  name: string,
  work: () => Promise<{ result: Result; shown?: string }>,
): Promise<Result> => {
  const start = performance.now();
  const waiting = setTimeout(() => print(dim(`  … ${name}`)), 2_000);
  try {
    const { result, shown } = await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    print(`  ${paint(32, '✔')} ${name.padEnd(12)} ${shown ?? ''} ${dim(`${seconds} s`)}`);
    return result;
  } catch (error) {
    if (!isAbort(error)) print(`  ${paint(31, '✘')} ${name}`);
    throw error;
  } finally {
    clearTimeout(waiting);
  }
};
