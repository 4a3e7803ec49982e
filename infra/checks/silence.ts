import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, descendantsOf } from '../lab/processes.ts';
import { startTime } from '../local/left-over.ts';
import { localFolder } from '../local/paths.ts';
import { descriptorsOf } from '../local/ports.ts';

/** Where a test process that is asked what it does writes that down. */
const reports = `${localFolder}hung`;

/**
 * What Node needs so that a test process can be asked what it waits for: a diagnostic report on a signal (Node's documentation of
 * `report`).
 */
export const askable = ['--report-on-signal', '--report-signal=SIGUSR2', `--report-directory=${reports}`];

/** Seconds without a word of any test after which those that run are ended: the longest test takes four minutes. */
export const patience = 600;

/** Seconds in which a process that is asked must have answered. */
const answersWithin = 5;

type Handle = { readonly type: string; readonly is_active?: boolean; readonly is_referenced?: boolean } & Record<
  string,
  unknown
>;

/** The part of a report that is used (Node's documentation of `report`). */
type Report = { readonly libuv?: readonly Handle[] };

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

const wordsOf = (pid: number): string[] => read(`/proc/${pid}/cmdline`).split('\0').filter(Boolean);

/** Ticks, a hundredth of a second each, that a process has had of a processor (proc_pid_stat(5), fields 14 and 15). */
const ticksOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
};

const end = (pid: number, signal: 'SIGKILL' | 'SIGUSR2'): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
};

/** What keeps a process from its end, in a line each. */
const linesOf = ({ libuv = [] }: Report): string[] =>
  libuv
    .filter((handle) => handle.is_active && handle.is_referenced)
    .map(({ type, address: _address, is_active: _active, is_referenced: _referenced, ...rest }) => {
      return `  it holds a ${type}: ${JSON.stringify(rest).slice(0, 240)}`;
    });

/** The states of connections in the kernel's table (include/net/tcp_states.h), those that a process that hangs may have. */
const states: Readonly<Record<string, string>> = {
  '01': 'established',
  '04': 'fin-wait-1',
  '05': 'fin-wait-2',
  '07': 'closed',
  '08': 'close-wait',
  '09': 'last-ack',
  '0A': 'listening',
};

const portOf = (address = ''): number => Number.parseInt(address.split(':')[1] ?? '', 16);

/** The TCP sockets of a process, as the kernel sees them: what is left to know of one that does not answer. */
const socketsOf = (pid: number): string[] => {
  const own = new Set(descriptorsOf(String(pid)).flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []));
  return ['tcp', 'tcp6']
    .flatMap((table) => read(`/proc/net/${table}`).split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => own.has(columns[9] ?? ''))
    .map(([, local, remote, state = '']) => {
      return `  it has a socket, port ${portOf(local)} to ${portOf(remote)}: ${states[state] ?? `state ${state}`}`;
    });
};

/** Asks a process what it does; its report, which holds its environment as well, is not kept. */
const ask = async (pid: number): Promise<string[]> => {
  const before = ticksOf(pid);
  await sleep(1_000);
  const busy = `  it takes ${ticksOf(pid) - before} % of a processor`;
  const below = descendantsOf(pid).map((child) => `  its process ${child}: ${wordsOf(child).join(' ').slice(0, 160)}`);
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  end(pid, 'SIGUSR2');
  for (const until = performance.now() + answersWithin * 1_000; performance.now() < until; await sleep(100)) {
    const name = readdirSync(reports).find((file) => file.includes(`.${pid}.`));
    try {
      if (!name) continue;
      const report = JSON.parse(read(`${reports}/${name}`)) as Report;
      rmSync(reports, { recursive: true });
      return [busy, ...below, ...linesOf(report)];
    } catch {
      // It is still writing.
    }
  }
  return [busy, ...below, '  it does not answer the question what it waits for', ...socketsOf(pid)];
};

/**
 * Watches that tests of a runner go on, from within its process: where none has said anything for long, each test file that
 * still runs is asked what it does, and ended with all that it started. Without that a file whose process never ends keeps the
 * whole run from its end, and nobody learns which it was.
 */
export class SilenceWatch {
  readonly #timer: NodeJS.Timeout;
  readonly #seconds: number;
  readonly #tell: (line: string) => void;
  readonly #ended = new Set<string>();
  #heard = performance.now();
  #isEnding = false;

  /**
   * @param seconds after which it is taken that nothing goes on
   * @param tell told, a line at a time, what was found
   */
  constructor(seconds: number, tell: (line: string) => void) {
    this.#seconds = seconds;
    this.#tell = tell;
    this.#timer = setInterval(() => void this.#look(), Math.min(1_000, seconds * 100)).unref();
  }

  /** Something goes on. */
  heard(): void {
    this.#heard = performance.now();
  }

  /** Why a file failed, where it was ended here. */
  reasonFor(file: string): string | undefined {
    return this.#ended.has(resolve(file))
      ? `ended, because nothing was heard for ${this.#seconds} s: see above`
      : undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isEnding || performance.now() - this.#heard < this.#seconds * 1_000) return;
    this.#isEnding = true;
    try {
      for (const pid of childrenOf(process.pid)) {
        const file = wordsOf(pid).find((word) => word.endsWith('.test.ts'));
        if (file) await this.#end(pid, file);
      }
    } finally {
      this.heard();
      this.#isEnding = false;
    }
  }

  async #end(pid: number, file: string): Promise<void> {
    const startedAt = startTime(pid);
    this.#tell(`✘ ${file}: nothing was heard for ${this.#seconds} s, and its process ${pid} still runs. It is ended.`);
    for (const line of await ask(pid)) this.#tell(line);
    if (startedAt === undefined || startTime(pid) !== startedAt) return;
    this.#ended.add(resolve(file));
    const started = descendantsOf(pid);
    end(pid, 'SIGKILL');
    for (const child of started) end(child, 'SIGKILL');
  }
}
