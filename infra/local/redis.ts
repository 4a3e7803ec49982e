import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dyingWithParent } from './die-with-parent.ts';

export type Redis = {
  readonly pid: number;
  readonly url: string;
  readonly program: string;
  readonly stop: () => Promise<void>;
  readonly exited: Promise<void>;
};

/** The path of valkey-server or redis-server, whichever is installed; undefined where neither is. */
export const findRedisProgram = (): string | undefined => {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'].filter(Boolean);
  return ['valkey-server', 'redis-server']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
};

/**
 * Starts Valkey or Redis on loopback, in memory only, and waits until it answers.
 * @param program its path
 * @param folder its working folder
 */
export const startRedis = async (
  program: string,
  folder: string,
  port: number,
  signal?: AbortSignal,
): Promise<Redis> => {
  signal?.throwIfAborted();
  mkdirSync(folder, { recursive: true });
  // 64 MB hold every counter and cached answer of one machine; past it the least used go, nothing fails.
  const settings = { bind: '127.0.0.1', port, dir: folder, save: '', appendonly: 'no', maxmemory: '64mb' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const launch = dyingWithParent('SIGTERM', {
    command: program,
    args: [...args, '--maxmemory-policy', 'allkeys-lru', '--loglevel', 'warning'],
  });
  const server = spawn(launch.command, launch.args, { detached: true, stdio: 'ignore' });
  const exited = once(server, 'exit').then(() => {});
  const failed = exited.then(() => Promise.reject(new Error(`${program} ended while it started`)));
  failed.catch(() => {});
  const stop = async (): Promise<void> => {
    server.kill('SIGTERM');
    await exited;
  };
  try {
    await Promise.race([answering(port, signal), failed]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: server.pid ?? 0,
    url: `redis://127.0.0.1:${port}`,
    program,
    exited,
    stop,
  };
};

const answering = async (port: number, signal?: AbortSignal): Promise<void> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    signal?.throwIfAborted();
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nothing answers on port ${port} after 5 s`);
};
