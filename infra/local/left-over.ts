import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that was started, with the time it was started at: an id alone may have been given to another since. */
type Started = { readonly name: string; readonly pid: number; readonly startedAt: string };

/** The kernel's start time of a process (proc_pid_stat(5), field 22), or undefined when it is gone. */
const startTime = (pid: number): string | undefined => {
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
  const write = (): void => writeFileSync(file, JSON.stringify([...started.values()]));
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
const patience = 10_000;

/**
 * Ends what an earlier run left behind: its process groups, and only if they are still the same processes.
 * @returns the names of what was ended
 */
export const endLeftOvers = async (file: string): Promise<string[]> => {
  if (!existsSync(file)) return [];
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Started[];
  const isAlive = ({ pid, startedAt }: Started): boolean => startedAt !== '' && startTime(pid) === startedAt;
  const alive = recorded.filter(isAlive);
  for (const { name, pid } of alive) {
    if (name === 'supervisor') signal(pid, 'SIGTERM');
    else signal(name === 'PostgreSQL' ? pid : -pid, stopSignal(name));
  }
  const deadline = Date.now() + patience;
  while (alive.some(isAlive) && Date.now() < deadline) await sleep(50);
  for (const left of alive.filter(isAlive)) signal(left.name === 'supervisor' ? left.pid : -left.pid, 'SIGKILL');
  rmSync(file, { force: true });
  return alive.map(({ name }) => name);
};
