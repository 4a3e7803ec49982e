import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Command } from '../local/die-with-parent.ts';

/**
 * Runs a program that gets its input, which may be secret, through a pipe.
 * @returns what it printed
 * @throws Error with what it said when it fails; never with its input or its output
 */
export const programOutput = async (
  { command, args }: Command,
  { input, env }: { readonly input: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...(env && { env }) });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return stdout;
  const program = command === 'sh' ? args[2] : command;
  throw new Error(`${program} failed: ${stderr.trim().split('\n').at(-1) || `exit code ${code}`}`);
};
