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

const run = async (command: Command, when: string): Promise<void> => {
  try {
    const { output } = await runToEnd(command, { cwd: root });
    for (const line of output.trim().split('\n')) print(dim(`  ${when}${line}`));
  } catch (error) {
    print(dim(`  what servers need cannot be had yet: ${messageOf(error)}`));
  }
};

const stage = (name: 'install' | 'make'): Command => ({ command: process.execPath, args: [program, name] });

/** Installs the packages that the tests on servers need: before other tests, which replacing a machine's files would disturb. */
export const installForServers = (): Promise<void> => run(stage('install'), '');

/**
 * Makes what the tests on servers need, while others run.
 * @returns once all is there, or cannot be made, which those tests find out for themselves
 */
export const prepareServers = (): Promise<void> => run(whenIdle(stage('make')), 'meanwhile: ');
