import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';
import { figuresOf } from './process-figures.ts';
import { remembered, type Running } from './running.ts';

/**
 * Who runs on which core: what is measured on one, alone; on the other who asks, and what is behind. So both contenders have the same, and a client that is
 * short of time does not take it from the server.
 */
export const cores = { measured: '0', others: '1' } as const;

export type Core = keyof typeof cores;

/** Holds a command to one core. */
export const pinnedTo = (core: Core, { command, args }: Command): Command => ({
  command: 'taskset',
  args: ['-c', cores[core], command, ...args],
});

/** Moves a process that runs, its threads included. */
export const moveTo = (core: Core, pid: number): void => {
  execFileSync('taskset', ['-a', '-c', '-p', cores[core], String(pid)], { stdio: 'ignore' });
};

/** Longest start, in milliseconds. */
const patience = 30_000;

const isOpen = async (port: number): Promise<boolean> => {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

/**
 * Starts a program and waits until it listens. What it prints, such as a line for each request, goes to a file, as it does on a server: a pipe would cost whoever
 * reads it the core of who asks.
 * @param port that it opens
 * @throws Error with what it printed when it does not
 */
export const startPinned = async (
  core: Core,
  command: Command,
  port: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Running> => {
  const launch = dyingWithParent('SIGTERM', pinnedTo(core, command));
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-bench-log-'));
  const log = openSync(join(folder, 'log'), 'a', 0o600);
  const child: ChildProcess = spawn(launch.command, launch.args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = once(child, 'exit');
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const printed = (): string => readFileSync(join(folder, 'log'), 'utf8').slice(-4_000);
  const deadline = performance.now() + patience;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      const words = printed();
      await end('SIGKILL');
      throw new Error(`${command.command} ${command.args.join(' ')} does not listen on ${port}:\n${words}`);
    }
    await sleep(50);
  }
  const { pid = 0 } = child;
  return remembered({ pid, ...figuresOf(pid), stop: () => end('SIGTERM') });
};
