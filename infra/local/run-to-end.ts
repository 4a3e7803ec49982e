import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Command, dyingWithParent } from './die-with-parent.ts';

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** When it is aborted, the program is ended, and waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Told what it prints, as it comes. */
  readonly onOutput?: (text: string) => void;
};

/**
 * Runs a program to its end.
 * @returns its exit code and all it printed
 * @throws AbortError once the program has gone, when the signal was aborted
 */
export const runToEnd = async (
  command: Command,
  { signal, onOutput, ...options }: RunOptions,
): Promise<{ code: number; output: string }> => {
  signal?.throwIfAborted();
  const launch = dyingWithParent('SIGTERM', command);
  const child = spawn(launch.command, launch.args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end);
  let output = '';
  const onData = (text: string): void => {
    output += text;
    onOutput?.(text);
  };
  child.stdout.setEncoding('utf8').on('data', onData);
  child.stderr.setEncoding('utf8').on('data', onData);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    signal?.throwIfAborted();
    return { code: code ?? 1, output: output.trim() };
  } finally {
    signal?.removeEventListener('abort', end);
  }
};
