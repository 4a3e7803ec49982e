import { root } from './paths.ts';
import { runToEnd } from './run-to-end.ts';

/**
 * Runs one verb of db-migrator.
 * @returns what it printed
 * @throws Error with what it said when it fails
 */
export const runMigrator = async (
  verb: 'up' | 'seed',
  env: Record<string, string>,
  signal?: AbortSignal,
): Promise<string> => {
  const { code, output } = await runToEnd(
    { command: process.execPath, args: ['apps/db-migrator/src/main.ts', verb] },
    { cwd: root, env: { ...process.env, ...env }, signal },
  );
  if (code !== 0) throw new Error(output);
  return output;
};
