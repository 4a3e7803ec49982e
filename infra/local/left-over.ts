import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole } from './write-whole.ts';

/** A process that was started, with the time it was started at: an id alone may have been given to another since. */
type Started = { readonly name: string; readonly pid: number; readonly startedAt: string };

/** The kernel's start time of a process (proc_pid_stat(5), field 22), or undefined when it is gone. */
export const startTime = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold spaces and parentheses.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
};

const signal = (target: number, name: NodeJS.Signals): void => {
  try {
    process.kill(target, name);
  } catch {
    // Gone already.
  }
};

/**
 * Remembers which processes a run started, in a file, so that the next run can end what a killed one left behind.
 * @param file where
 */
export const rememberProcesses = (file: string) => {
  const started = new Map<string, Started>();
  const write = (): void => writeWhole(file, JSON.stringify([...started.values()]));
  return {
    add: (name: string, pid: number): void => {
      started.set(name, { name, pid, startedAt: startTime(pid) ?? '' });
      write();
    },
    clear: (): void => rmSync(file, { force: true }),
  };
};

/** PostgreSQL's fast stop; every other program ends on SIGTERM as it should. */
const stopSignal = (name: string): NodeJS.Signals => (name === 'PostgreSQL' ? 'SIGINT' : 'SIGTERM');

/** How long a left-over may take to end by itself before it is killed: longer than PostgreSQL's fast stop of a small database. */
const patience = 5_000;

/** What is on record; a file that is not there or not whole tells nothing. */
const read = (file: string): Started[] => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Started[];
  } catch {
    return [];
  }
};

/**
 * Ends what an earlier run left behind: its process groups, and only if they are still the same processes. A run that is still
 * going is told to stop, which it does in order.
 * @returns the names of what was ended
 */
export const endLeftOvers = async (file: string): Promise<string[]> => {
  const isAlive = ({ pid, startedAt }: Started): boolean => startedAt !== '' && startTime(pid) === startedAt;
  const alive = read(file).filter(isAlive);
  const gone = async (): Promise<void> => {
    const deadline = Date.now() + patience;
    while (alive.some(isAlive) && Date.now() < deadline) await sleep(50);
  };
  const supervisor = alive.find(({ name }) => name === 'supervisor');
  if (supervisor) {
    signal(supervisor.pid, 'SIGTERM');
    await gone();
  }
  const left = alive.filter(isAlive);
  for (const { name, pid } of left)
    signal(name === 'PostgreSQL' || name === 'supervisor' ? pid : -pid, stopSignal(name));
  if (left.length > 0) await gone();
  for (const { name, pid } of alive.filter(isAlive)) signal(name === 'supervisor' ? pid : -pid, 'SIGKILL');
  rmSync(file, { force: true });
  return alive.map(({ name }) => name);
};
