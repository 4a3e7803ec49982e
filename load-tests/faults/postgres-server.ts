import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '@scale-up/database';
import { childrenOf } from '@scale-up/infra/lab/processes.ts';
import { findPort } from '@scale-up/infra/local/ports.ts';
import { type Postgres, startPostgres } from '@scale-up/infra/local/postgres.ts';

/** The kernel keeps what a killed process had written, so nothing has to be forced to disk here; recovery then takes no longer than it must. */
const defaults = { fsync: 'off' };

/** A PostgreSQL of a run's own, which can be killed, paused and copied. */
export class PostgresServer {
  readonly folder: string;
  readonly port: number;
  readonly #password: string;
  readonly #settings: Record<string, string>;
  #running: Postgres | undefined;

  private constructor(folder: string, port: number, password: string, settings: Record<string, string>) {
    this.folder = folder;
    this.port = port;
    this.#password = password;
    this.#settings = settings;
  }

  static async start(password: string, settings: Record<string, string> = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'scale-up-faults-'));
    const port = await findPort(28_432 + (process.pid % 1_000) * 3, new Set());
    const server = new PostgresServer(folder, port, password, { ...defaults, ...settings });
    await server.start();
    return server;
  }

  url(role: string, password: string, database: string): string {
    return `postgres://${role}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  adminUrl(database = 'postgres'): string {
    return this.url('postgres', this.#password, database);
  }

  /** Starts it again; what a killed one left behind (its children end by themselves) is waited for. */
  async start(): Promise<void> {
    const deadline = performance.now() + 10_000;
    for (;;) {
      try {
        const { folder, port } = this;
        this.#running = await startPostgres({ folder, port, password: this.#password, settings: this.#settings });
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await sleep(50);
      }
    }
  }

  /** A second server with a copy of its data, which follows it. Both are down while the copy is made. */
  async follow(name: string): Promise<PostgresServer> {
    await this.stop();
    const folder = mkdtempSync(join(tmpdir(), 'scale-up-faults-'));
    // Owners and modes as well, on which PostgreSQL insists.
    execFileSync('cp', ['-a', join(this.folder, 'data'), folder]);
    writeFileSync(join(folder, 'data', 'standby.signal'), '');
    const port = await findPort(this.port + 1, new Set());
    const source = `host=127.0.0.1 port=${this.port} user=postgres password=${this.#password} application_name=${name}`;
    const settings = { ...this.#settings, primary_conninfo: source };
    const standby = new PostgresServer(folder, port, this.#password, settings);
    await this.start();
    await standby.start();
    return standby;
  }

  /** Runs SQL as the superuser. */
  async script(text: string): Promise<Record<string, unknown>[]> {
    const database = openDatabase({ url: this.adminUrl(), poolSize: 1, applicationName: 'fault' });
    try {
      return await database.script(text);
    } finally {
      await database.close();
    }
  }

  /** Makes a standby the primary; resolves when it takes writes. */
  async promote(): Promise<void> {
    await this.script('SELECT pg_promote(true, 10)');
  }

  /** The fast stop: connections are ended, open transactions rolled back. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** kill -9 of the postmaster, as when the machine's memory runs out. */
  async kill(): Promise<void> {
    if (!this.#running) return;
    process.kill(this.#running.pid, 'SIGKILL');
    await this.#running.exited;
    this.#running = undefined;
  }

  /** Stops all its processes where they are, or has them go on; each is in a group of its own. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.#running ?? {};
    if (pid === undefined) return;
    for (const each of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(each, name);
      } catch {
        // Gone in between.
      }
    }
  }

  async remove(): Promise<void> {
    this.signal('SIGCONT');
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
