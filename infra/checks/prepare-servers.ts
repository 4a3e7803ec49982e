import type { Command } from '../local/die-with-parent.ts';
import { messageOf } from '../local/message.ts';
import { root } from '../local/paths.ts';
import { runToEnd } from '../local/run-to-end.ts';
import { dim, print } from '../local/terminal.ts';

const program = `${root}load-tests/server-tests/prepare.ts`;

/** Only when nobody else wants a processor (sched(7), SCHED_IDLE): the tests that run meanwhile hold others to deadlines. */
const whenIdle = ({ command, args }: Command): Command => ({
  command: 'chrt',
  args: ['--idle', '0', command, ...args],
});

/**
 * Makes what the tests on servers need, while others run.
 * @returns once all is there, or cannot be made, which those tests find out for themselves
 */
export const prepareServers = async (): Promise<void> => {
  try {
    const { output } = await runToEnd(whenIdle({ command: process.execPath, args: [program] }), { cwd: root });
    for (const line of output.split('\n')) print(dim(`  meanwhile: ${line}`));
  } catch (error) {
    print(dim(`  what servers need cannot be made meanwhile: ${messageOf(error)}`));
  }
};
