import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { dyingWithParent } from './die-with-parent.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { initialise, localeOnly } from './postgres-cluster.ts';
import { asUnprivileged } from './system-user.ts';

export type PostgresOptions = {
  /** Made and filled when it is not there. */
  readonly folder: string;
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** Server settings by name. */
  readonly settings?: Readonly<Record<string, string>>;
};

export type Postgres = {
  readonly pid: number;
  readonly port: number;
  /** The address of a database for a role, with its password. */
  readonly url: (role: string, password: string, database: string) => string;
  /** Ends it the fast way: open transactions are rolled back, everything committed is on disk. */
  readonly stop: () => Promise<void>;
  /** Resolves when the process is gone, however that came. */
  readonly exited: Promise<void>;
};

/**
 * Starts a PostgreSQL of this machine's own, on loopback only, and waits until it answers.
 * @param options folder, port, password
 * @param signal ends what has been started until then
 * @throws Error with the server's own last words
 */
export const startPostgres = async (options: PostgresOptions, signal?: AbortSignal): Promise<Postgres> => {
  signal?.throwIfAborted();
  const { postgres, initdb } = await postgresBinaries();
  const data = join(options.folder, 'data');
  mkdirSync(options.folder, { recursive: true });
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(initdb, options.folder, options.password, signal);

  const settings = Object.entries({ ...defaults, ...options.settings, port: String(options.port) });
  const parameters = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const dying = dyingWithParent('SIGINT', { command: postgres, args: ['-D', data, ...parameters] });
  const { command, args, options: user } = asUnprivileged(dying, postgres, data);
  // A group of its own: Ctrl-C in the terminal reaches whoever started it, who stops things in order.
  const server = spawn(command, args, {
    ...user,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: localeOnly,
  });
  const exited = once(server, 'exit').then(() => {});
  const stop = async (): Promise<void> => {
    server.kill('SIGINT');
    await exited;
  };
  try {
    await answering(server.stderr, exited, options.folder, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: server.pid ?? 0,
    port: options.port,
    url: (role, password, database) => `postgres://${role}:${password}@127.0.0.1:${options.port}/${database}`,
    exited,
    stop,
  };
};

const defaults = {
  listen_addresses: '127.0.0.1',
  // TCP only: a socket file in /tmp would clash with another checkout's.
  unix_socket_directories: '',
  max_connections: '100',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};

/** Milliseconds. Recovery after a crash replays at most what a checkpoint (5 min) leaves: seconds for a developer's database. */
const startLimit = 60_000;

/** Waits for the line that says so; keeps the log in a file, and its last lines for the error. */
const answering = async (
  stderr: NodeJS.ReadableStream,
  exited: Promise<void>,
  folder: string,
  signal?: AbortSignal,
): Promise<void> => {
  const log = createWriteStream(join(folder, 'postgres.log'), { flags: 'a', mode: 0o600 });
  // A full disk costs the log, not the server.
  log.on('error', () => {});
  const last: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: stderr }).on('line', (line) => {
    log.write(`${line}\n`);
    last.push(line);
    if (last.length > 10) last.shift();
    if (/ready to accept (?:read-only )?connections/.test(line)) ready.resolve();
  });
  const failed = exited.then(() => Promise.reject(new Error(`PostgreSQL did not start:\n  ${last.join('\n  ')}`)));
  // From the time it is ready on, an exit is the caller's to notice.
  failed.catch(() => {});
  const limit = new AbortController();
  const either = AbortSignal.any([limit.signal, ...(signal ? [signal] : [])]);
  const late = sleep(startLimit, undefined, { signal: either }).then(() => {
    throw new Error(`PostgreSQL does not answer after ${startLimit / 1000} s:\n  ${last.join('\n  ')}`);
  });
  late.catch(() => {});
  try {
    await Promise.race([ready.promise, failed, late]);
  } finally {
    limit.abort();
  }
};
