import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';

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

/** A program that runs. */
export type Running = {
  readonly pid: number;
  /** Memory that it and its children have, in MB. */
  readonly memory: () => number;
  readonly stop: () => Promise<void>;
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

const childrenOf = (pid: number): number[] => {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const children = text.split(' ').filter(Boolean).map(Number);
  return [...children, ...children.flatMap(childrenOf)];
};

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

/**
 * Starts a program and waits until it listens.
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
  const child: ChildProcess = spawn(launch.command, launch.args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-4_000)));
  const exited = once(child, 'exit');
  const deadline = performance.now() + patience;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${command.command} ${command.args.join(' ')} does not listen on ${port}:\n${printed}`);
    }
    await sleep(50);
  }
  const { pid = 0 } = child;
  return {
    pid,
    memory: () => [pid, ...childrenOf(pid)].reduce((sum, each) => sum + residentOf(each), 0),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
};
