import { spawnSync } from 'node:child_process';
import { type Lab, serverOf } from './lab.ts';
import { overSsh } from './power.ts';

/**
 * Opens a shell on a server, or runs a command there.
 * @returns its exit code
 */
export const ssh = (lab: Lab, name: string, words: readonly string[]): number => {
  const { command, args } = overSsh(lab, serverOf(lab, name), [], [...words]);
  return spawnSync(command, args, { stdio: 'inherit' }).status ?? 1;
};
