import { readFileSync } from 'node:fs';
import { descendantsOf } from '@scale-up/infra/lab/processes.ts';

/** What a program and its children have used. */
export type Figures = {
  /** Memory that they have, in MB. */
  readonly memory: () => number;
  /** Time of a core that they have taken since they began, in milliseconds. */
  readonly cpu: () => number;
};

/** Memory of a process, in MB, by what it is: pages of files, which processes of one program share, and its own. */
export type MemoryParts = { readonly files: number; readonly own: number };

const statusOf = (pid: number): ((key: string) => number) => {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1_024;
};

/** Of one process without its children (proc_pid_status(5)). */
export const memoryPartsOf = (pid: number): MemoryParts => {
  const of = statusOf(pid);
  return { files: of('RssFile') + of('RssShmem'), own: of('RssAnon') };
};

const residentOf = (pid: number): number => statusOf(pid)('VmRSS');

/** The kernel counts in hundredths of a second, for every program on every architecture that Node runs on (USER_HZ). */
const tick = 10;

/** utime, stime, and the same of children that have ended and were waited for: fields 14 to 17 of proc_pid_stat(5). */
const ticksOf = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
};

/** A child may end between the list and the look. */
const orZero = (look: () => number): number => {
  try {
    return look();
  } catch {
    return 0;
  }
};

export const figuresOf = (pid: number): Figures => {
  const sum = (of: (pid: number) => number): number =>
    [pid, ...descendantsOf(pid)].reduce((total, each) => total + orZero(() => of(each)), 0);
  return { memory: () => sum(residentOf), cpu: () => sum(ticksOf) * tick };
};
