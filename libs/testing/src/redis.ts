import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { findRedisProgram, type Redis, startRedis } from '@scale-up/infra/local/redis.ts';

export type TestRedis = {
  readonly url: string;
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
  /** Gone at once, without a word to its clients. */
  readonly kill: () => Promise<void>;
  /** A new one on the same port. */
  readonly restart: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/**
 * A real Valkey or Redis of a test's own.
 * @throws Error with what to install where there is none
 */
export const startTestRedis = async (): Promise<TestRedis> => {
  const program = findRedisProgram();
  if (!program) {
    throw new Error(
      'These tests need a real server: install valkey-server or redis-server, such as by apt-get install.',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-redis-'));
  const port = await findPort(26_500 + (process.pid % 1_000), new Set());
  let running: Redis | undefined = await startRedis(program, folder, port);
  const kill = async (): Promise<void> => {
    if (!running) return;
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
    running = undefined;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    signal: (name) => void (running && process.kill(running.pid, name)),
    kill,
    restart: async () => {
      running = await startRedis(program, folder, port);
    },
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true });
    },
  };
};
