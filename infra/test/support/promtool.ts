import { runToEnd } from '../../local/run-to-end.ts';
import { unpackedPackages } from './debian-packages.ts';

const found = await unpackedPackages(['promtool']);

/** Why no rule can be judged here, if so. */
export const cannotJudge: string | false = 'why' in found ? found.why : false;

/**
 * Runs the servers' promtool.
 * @param cwd paths are relative to it
 */
export const promtool = (cwd: string, ...args: readonly string[]): Promise<{ code: number; output: string }> =>
  runToEnd({ command: `${'root' in found ? found.root : ''}usr/bin/promtool`, args: [...args] }, { cwd });
