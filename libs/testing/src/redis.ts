import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { findRedisProgram, type Redis, startRedis } from '@scale-up/infra/local/redis.ts';

export type TestRedis = {
  readonly url: string;
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
  /**
   * Sends it a command such as FLUSHALL, or CONFIG SET maxmemory 1mb.
   * @returns the first line of its answer
   * @throws Error with an answer that says so
   */
  readonly command: (...words: string[]) => Promise<string>;
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
    command: async (...words) => {
      const socket = connect(port, '127.0.0.1').setEncoding('utf8');
      try {
        socket.write(`${words.join(' ')}\r\n`);
        const [answer] = (await once(socket, 'data')) as [string];
        if (answer.startsWith('-')) throw new Error(answer.trim());
        return answer.split('\r\n')[0] ?? '';
      } finally {
        socket.destroy();
      }
    },
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
