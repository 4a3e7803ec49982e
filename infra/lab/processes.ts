import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTime } from '../local/left-over.ts';
import { writeWhole } from '../local/write-whole.ts';

/** A process with its start time: its number alone may have been given to another since. */
export type Process = { readonly pid: number; readonly startedAt: string };

/** What runs for one server. */
export type ServerProcesses = {
  /** Boots it again when it asks for a reboot; ends when it is switched off. */
  readonly supervisor: Process;
  /** systemd-nspawn, and the server's process number 1, while it is on. */
  readonly nspawn?: Process | undefined;
  readonly init?: Process | undefined;
};

/** A running process by its number. */
export const processOf = (pid: number): Process => ({ pid, startedAt: startTime(pid) ?? '' });

/** Whether it is still the same process. */
export const isAlive = (process: Process | undefined): process is Process =>
  process !== undefined && process.startedAt !== '' && startTime(process.pid) === process.startedAt;

/** What is on record of a server; a file that is not there or not whole tells nothing. */
export const readProcesses = (file: string): ServerProcesses | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ServerProcesses;
  } catch {
    return undefined;
  }
};

/** Puts it on record. */
export const writeProcesses = (file: string, processes: ServerProcesses): void =>
  writeWhole(file, JSON.stringify(processes));

/** The children of a process. */
export const childrenOf = (pid: number): number[] => {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

/** Its children, their children, and so on. */
export const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

/** Whether a process is number 1 of a process namespace of its own, one below ours. */
export const isFirstOfItsNamespace = (pid: number): boolean => {
  try {
    return /^NSpid:\t\d+\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const all = (processes: ServerProcesses | undefined): Process[] =>
  [processes?.supervisor, processes?.init, processes?.nspawn].filter(isAlive);

/** SIGKILL at once, to the supervisor first, so that it boots nothing. */
export const killProcesses = (processes: ServerProcesses | undefined): void => {
  for (const { pid } of all(processes)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone in between.
    }
  }
};

/** The kernel ends a whole server within milliseconds of its first process; much longer than that means it hangs. */
const patience = 10_000;

/** Waits until none of them is left. */
export const untilGone = async (processes: ServerProcesses | undefined): Promise<void> => {
  const deadline = Date.now() + patience;
  for (let left = all(processes); left.length > 0; left = all(processes)) {
    if (Date.now() > deadline) throw new Error(`Process ${left[0]?.pid} does not end.`);
    await sleep(10);
  }
};
