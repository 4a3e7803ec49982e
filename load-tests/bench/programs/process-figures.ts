import { readFileSync } from 'node:fs';
import { descendantsOf } from '@scale-up/infra/lab/processes.ts';

/** What a program and its children have used. */
export type Figures = {
  /** Memory that they have, in MB. */
  readonly memory: () => number;
  /** Time of a core that they have taken since they began, in milliseconds. */
  readonly cpu: () => number;
};

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;

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
