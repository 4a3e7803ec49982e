import { rmSync, watch } from 'node:fs';
import { messageOf } from './message.ts';
import { root } from './paths.ts';
import { runToEnd } from './run-to-end.ts';

/**
 * Builds apps/site through Nx, which does nothing when its sources have not changed.
 * @returns what it printed
 * @throws Error with the build's own output when it fails
 */
export const buildSite = async (signal?: AbortSignal): Promise<string> => {
  let { code, output } = await runNx(['build', 'site'], signal);
  if (code !== 0 && isStateBroken(output)) {
    rmSync(`${root}.nx/workspace-data`, { recursive: true, force: true });
    ({ code, output } = await runNx(['build', 'site'], signal));
  }
  if (code !== 0) throw new Error(`the site was not built:\n${output}`);
  return output;
};

/**
 * Nx takes a task for a loop that was begun below it before, also by a run that was killed meanwhile (task invocations in its SQLite file, by
 * NX_INVOCATION_ROOT_PID); whoever starts the site inside of a task of Nx, as tests do, begins anew.
 */
const runNx = (args: readonly string[], signal: AbortSignal | undefined) =>
  runToEnd(
    { command: process.execPath, args: [`${root}node_modules/.bin/nx`, ...args] },
    // No daemon and no plugin workers: they would stay behind after everything else has stopped.
    { cwd: root, env: { ...process.env, ...nxEnvironment }, signal },
  );

const nxEnvironment = {
  NX_DAEMON: 'false',
  NX_ISOLATE_PLUGINS: 'false',
  NX_INVOCATION_ROOT_PID: undefined,
  NO_COLOR: '1',
};

/**
 * Nx keeps what it knows of tasks in an SQLite file. Ended while it makes that file, it leaves one without tables, and fails on it
 * ever after: `DB transaction error: SqliteFailure(… "no such table: task_details")`. Nothing in it is worth keeping.
 */
const isStateBroken = (output: string): boolean => output.includes('SqliteFailure');

/**
 * Builds the site again whenever one of its sources changes; web notices the new files by itself.
 * @param print told of each build and of its errors
 * @param signal ends a build that runs, and begins no other
 */
export const rebuildSiteOnChange = (print: (line: string) => void, signal: AbortSignal): void => {
  let pending: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const build = async (): Promise<void> => {
    try {
      await buildSite(signal);
      print('site was built again: reload the page');
    } catch (error) {
      if (!signal.aborted) print(messageOf(error));
    }
  };
  for (const folder of ['apps/site/src', 'apps/site/public', 'libs/contract/src']) {
    // Without a watcher (too many open files, say) the site is served all the same.
    const failed = (error: unknown): void => print(`changes in ${folder} are not noticed: ${messageOf(error)}`);
    try {
      watch(`${root}${folder}`, { recursive: true, signal }, () => {
        clearTimeout(pending);
        // Editors save in several steps.
        pending = setTimeout(() => {
          building = building.then(build);
        }, 150);
      }).on('error', failed);
    } catch (error) {
      failed(error);
    }
  }
};
