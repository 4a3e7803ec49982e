import { rememberProcesses } from './left-over.ts';

/** A process with a group of its own. */
export type Child = {
  readonly pid: number;
  readonly stop: () => Promise<void>;
  readonly exited: Promise<unknown>;
};

/**
 * What a run has started and must stop.
 * @param recordFile where their ids stand for the next run, should this one be killed
 * @param onLoss told of a process that ended by itself
 */
export const runningProcesses = (recordFile: string, onLoss: (name: string) => void) => {
  const running: (Child & { readonly name: string })[] = [];
  const remembered = rememberProcesses(recordFile);
  let isStopping = false;
  return {
    remember: remembered.add,
    add: (name: string, child: Child): void => {
      running.push({ name, ...child });
      void child.exited.then(() => isStopping || onLoss(name));
      remembered.add(name, child.pid);
    },
    /** Ends everything in the reverse order of its start: nothing loses what it depends on before it has finished. */
    stop: async (): Promise<void> => {
      isStopping = true;
      for (let last = running.at(-1); last; last = running.at(-1)) {
        await last.stop();
        running.pop();
      }
      remembered.clear();
    },
    /** Ends at once what is still there; PostgreSQL by SIGQUIT, after which it recovers at its next start. */
    kill: (): void => {
      for (const { name, pid } of running) {
        try {
          process.kill(-pid, name === 'PostgreSQL' ? 'SIGQUIT' : 'SIGKILL');
        } catch {
          // Gone already.
        }
      }
    },
  };
};
