import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { postgresBinaries } from './postgres-binaries.ts';
import { asUnprivileged } from './system-user.ts';
import { dyingWithParent } from './die-with-parent.ts';

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

const run = promisify(execFile);

/**
 * Starts a PostgreSQL of this machine's own, on loopback only, and waits until it answers.
 * @param options folder, port, password
 * @throws Error with the server's own last words
 */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  const { postgres, initdb } = await postgresBinaries();
  const data = join(options.folder, 'data');
  mkdirSync(options.folder, { recursive: true });
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(initdb, options, data);

  const settings = Object.entries({ ...defaults, ...options.settings, port: String(options.port) });
  const parameters = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { options: user, ...launch } = asUnprivileged(postgres, ['-D', data, ...parameters], data);
  const { command, args } = dyingWithParent('SIGINT', launch);
  // A group of its own: Ctrl-C in the terminal reaches whoever started it, who stops things in order.
  const server = spawn(command, args, {
    ...user,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: localeOnly,
  });
  const exited = once(server, 'exit').then(() => {});
  await answering(server.stderr, exited, options.folder);
  return {
    pid: server.pid ?? 0,
    port: options.port,
    url: (role, password, database) => `postgres://${role}:${password}@127.0.0.1:${options.port}/${database}`,
    exited,
    stop: async () => {
      server.kill('SIGINT');
      await exited;
    },
  };
};

/** Nothing of the environment, where a PG… variable or a locale would change what is started. */
const localeOnly = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH };

const defaults = {
  listen_addresses: '127.0.0.1',
  // TCP only: a socket file in /tmp would clash with another checkout's.
  unix_socket_directories: '',
  max_connections: '100',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
};

/** The same on every machine, whatever its own locale is: UTF-8, code-point order, Unicode case. */
const clusterOptions = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--no-instructions',
];

const initialise = async (initdb: string, { folder, password }: PostgresOptions, data: string): Promise<void> => {
  // Half a cluster, left by an initdb that was killed.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    const { command, args, options } = asUnprivileged(
      initdb,
      ['--pgdata', data, '--username', 'postgres', '--pwfile', passwordFile, ...clusterOptions],
      data,
    );
    const { uid, gid } = statSync(data);
    chownSync(passwordFile, uid, gid);
    chmodSync(data, 0o700);
    await run(command, args, { ...options, env: localeOnly });
  } finally {
    rmSync(passwordFile, { force: true });
  }
};

/** Milliseconds. Recovery after a crash replays at most what a checkpoint (5 min) leaves: seconds for a developer's database. */
const startLimit = 60_000;

/** Waits for the line that says so; keeps the log in a file, and its last lines for the error. */
const answering = async (stderr: NodeJS.ReadableStream, exited: Promise<void>, folder: string): Promise<void> => {
  const log = createWriteStream(join(folder, 'postgres.log'), { flags: 'a', mode: 0o600 });
  const last: string[] = [];
  const ready = Promise.withResolvers<void>();
  createInterface({ input: stderr }).on('line', (line) => {
    log.write(`${line}\n`);
    last.push(line);
    if (last.length > 10) last.shift();
    if (line.includes('database system is ready to accept connections')) ready.resolve();
  });
  const failed = exited.then(() => Promise.reject(new Error(`PostgreSQL did not start:\n  ${last.join('\n  ')}`)));
  const limit = new AbortController();
  const late = sleep(startLimit, undefined, { signal: limit.signal }).then(() => {
    throw new Error(`PostgreSQL does not answer after ${startLimit / 1000} s:\n  ${last.join('\n  ')}`);
  });
  late.catch(() => {});
  await Promise.race([ready.promise, failed, late]);
  limit.abort();
  // From here on an exit is the caller's to notice.
  failed.catch(() => {});
};
