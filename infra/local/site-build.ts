import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { root } from './paths.ts';

/**
 * Builds apps/site through Nx, which does nothing when its sources have not changed.
 * @throws Error with the build's own output when it fails
 */
export const buildSite = async (): Promise<void> => {
  // No daemon: it would stay behind after everything else has stopped.
  const env = { ...process.env, NX_DAEMON: 'false', NO_COLOR: '1' };
  const child = spawn(process.execPath, [`${root}node_modules/.bin/nx`, 'build', 'site'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the site was not built:\n${output.trim()}`);
};

/**
 * Builds the site again whenever one of its sources changes; web notices the new files by itself.
 * @param print told of each build and of its errors
 */
export const rebuildSiteOnChange = (print: (line: string) => void): void => {
  let pending: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const rebuild = (): void => {
    building = building.then(async () => {
      try {
        await buildSite();
        print('site was built again: reload the page');
      } catch (error) {
        print(error instanceof Error ? error.message : String(error));
      }
    });
  };
  for (const folder of ['apps/site/src', 'apps/site/public', 'libs/contract/src']) {
    watch(`${root}${folder}`, { recursive: true }, () => {
      clearTimeout(pending);
      // Editors save in several steps.
      pending = setTimeout(rebuild, 150);
    });
  }
};
