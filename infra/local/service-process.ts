import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dyingWithParent } from './die-with-parent.ts';
import { launch } from './launch.ts';
import { root } from './paths.ts';
import { readable } from './readable-log.ts';

export type ServiceProcess = {
  readonly pid: number;
  /** Resolves at its first "ready". */
  readonly ready: Promise<void>;
  readonly exited: Promise<number>;
  readonly stop: () => Promise<void>;
};

/**
 * Starts a service of this repository under `node --watch`, which restarts it, and only it, when a file it imports changes.
 * Its log lines are printed readably.
 * @param name its folder in apps/
 * @param env its configuration
 */
export const startWatchedService = (
  name: string,
  env: Record<string, string>,
  print: (line: string) => void,
): ServiceProcess => {
  const args = [...launch.args, '--disable-warning=ExperimentalWarning', '--watch', '--watch-preserve-output'];
  const { command, args: all } = dyingWithParent('SIGTERM', {
    command: process.execPath,
    args: [...args, `apps/${name}/src/server.ts`],
  });
  const child = spawn(command, all, {
    cwd: root,
    env: { ...process.env, ...launch.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.includes('"msg":"ready"')) ready.resolve();
    print(readable(name, line));
  });
  createInterface({ input: child.stderr }).on('line', (line) => print(`${name.padEnd(4)} ${line}`));
  const exited = once(child, 'exit').then(([code]) => Number(code ?? 1));
  return {
    pid: child.pid ?? 0,
    ready: ready.promise,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
};
