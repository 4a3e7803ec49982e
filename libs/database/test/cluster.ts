import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { type Postgres, startPostgres } from '@scale-up/infra/local/postgres.ts';
import { type DatabaseOptions, openDatabase, statement } from '../src/index.ts';
import { until } from './until.ts';

const password = 'of a test';
/** A process that was killed loses nothing that the kernel has; only COMMIT must not answer before its record was written there. */
const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'on' };

const ports = new Set<number>();

/** A PostgreSQL of a test file's own, to be killed, paused and started again; ended and removed with the file. */
export class TestCluster {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), 'scale-up-cluster-'));
  #isStandby = false;
  #running: Promise<Postgres> | undefined;

  private constructor(port: number) {
    this.port = port;
    after(async () => {
      await this.kill();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  static async start(): Promise<TestCluster> {
    const cluster = new TestCluster(await findPort(26_432 + (process.pid % 2_000), ports));
    await cluster.start();
    return cluster;
  }

  get url(): string {
    return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${this.port}/postgres`;
  }

  /** A copy of a stopped one that follows it; to be started. */
  async copyAsStandby(): Promise<TestCluster> {
    const standby = new TestCluster(await findPort(this.port + 1, ports));
    standby.#isStandby = true;
    const data = join(standby.#folder, 'data');
    // With owners and rights: PostgreSQL insists on them.
    execFileSync('cp', ['-a', join(this.#folder, 'data'), data]);
    const source = `host=127.0.0.1 port=${this.port} user=postgres password=''${password}'' application_name=standby`;
    appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
    writeFileSync(join(data, 'standby.signal'), '');
    return standby;
  }

  async start(): Promise<void> {
    this.#running = startPostgres({ folder: this.#folder, port: this.port, password, settings });
    if (!this.#isStandby) return void (await this.#running);
    // It says that it accepts connections only once it is promoted.
    this.#running.catch(() => {});
    const probe = openAdmin(this.url);
    await until('the standby answers', 20, () => probe.first(pid).then(Boolean, () => false));
    await probe.close();
  }

  async promote(): Promise<void> {
    const admin = openAdmin(this.url);
    await admin.script('SELECT pg_promote()');
    await admin.close();
  }

  /** Fast: whoever is connected is told, and open transactions are rolled back. */
  async stop(): Promise<void> {
    await (await this.#running)?.stop();
    this.#running = undefined;
  }

  /** Without a word to anybody. */
  async kill(): Promise<void> {
    if (!this.#running) return;
    const pids = this.#processes();
    signal(pids, 'SIGKILL');
    this.#running = undefined;
    // A backend that still holds the shared memory would keep the next server from starting.
    await until('every process is gone', 5, () => !pids.some(isRunning));
  }

  /** Nothing is answered from now on; gives what ends that. */
  pause(): () => void {
    const pids = this.#processes();
    signal(pids, 'SIGSTOP');
    return () => signal(pids, 'SIGCONT');
  }

  /** The server and its backends, which do not die with it at once. */
  #processes(): number[] {
    const [line = ''] = readFileSync(join(this.#folder, 'data/postmaster.pid'), 'utf8').split('\n');
    const children = execFileSync('pgrep', ['-P', line], { encoding: 'utf8' });
    return [line, ...children.split('\n').filter(Boolean)].map(Number);
  }
}

const signal = (pids: readonly number[], name: NodeJS.Signals): void => {
  for (const pid of pids.filter(isRunning)) process.kill(pid, name);
};

const isRunning = (pid: number): boolean => {
  try {
    // A zombie is gone: it only waits for somebody to ask how it ended.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

const open = new Set<() => Promise<void>>();
after(() => Promise.all([...open].map((close) => close())));

/** A pool that is closed at the file's end. */
export const openPool = (url: string, options: Partial<DatabaseOptions> = {}) => {
  const hold = { time: 10_000, callers: 1_000, bytes: 1_000_000 };
  const database = openDatabase({ url, poolSize: 5, applicationName: 'under test', hold, ...options });
  open.add(database.close);
  return { ...database, close: () => (open.delete(database.close), database.close()) };
};

/** The same without holding: what a test itself asks. */
export const openAdmin = (url: string, options: Partial<DatabaseOptions> = {}) =>
  openPool(url, { applicationName: 'admin', hold: { time: 0, callers: 0, bytes: 0 }, ...options });

export const pid = statement<{ pid: number }>('pid', 'SELECT pg_backend_pid() AS pid');
