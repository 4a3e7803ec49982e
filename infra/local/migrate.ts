import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './paths.ts';

/**
 * Runs one verb of db-migrator.
 * @returns what it printed
 * @throws Error with what it said when it fails
 */
export const runMigrator = async (verb: 'up' | 'seed', env: Record<string, string>): Promise<string> => {
  const child = spawn(process.execPath, ['apps/db-migrator/src/main.ts', verb], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(output.trim());
  return output.trim();
};
