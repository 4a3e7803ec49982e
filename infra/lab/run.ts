import type { Command } from '../local/die-with-parent.ts';
import { type RunOptions, runToEnd } from '../local/run-to-end.ts';

/** A command as a value: `command('ip', 'netns', 'add', name)`. */
export const command = (program: string, ...args: string[]): Command => ({ command: program, args });

/** How a person would type it, for messages. */
export const asTyped = ({ command: program, args }: Command): string => [program, ...args].join(' ');

/**
 * Runs a command.
 * @returns what it printed
 * @throws Error with what it printed, when it fails
 */
export const run = async (wanted: Command, options: RunOptions = {}): Promise<string> => {
  const { code, output } = await runToEnd(wanted, options);
  if (code !== 0) throw new Error(`"${asTyped(wanted)}" failed: ${output.split('\n').at(-1) || `exit code ${code}`}`);
  return output;
};

/** Runs commands one after the other, up to the first that fails. */
export const runAll = async (wanted: readonly Command[]): Promise<void> => {
  for (const each of wanted) await run(each);
};

/** Runs a command that may fail, such as the removal of what is not there. */
export const succeeds = async (wanted: Command): Promise<boolean> => (await runToEnd(wanted, {})).code === 0;

/** Whether a command that asks for something finds it: succeeds and prints. */
export const finds = async (wanted: Command): Promise<boolean> => {
  const { code, output } = await runToEnd(wanted, {});
  return code === 0 && output !== '';
};
