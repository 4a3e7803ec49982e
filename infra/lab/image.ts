import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import type { Command } from '../local/die-with-parent.ts';
import { bootstrap, imageName, settle, suite } from './image-recipe.ts';
import { withLock } from './lock.ts';
import { hostMirror } from './mirror.ts';
import { command, run, runAll } from './run.ts';

/** Images are kept here, for every checkout of this host. */
const cache = '/var/cache/scale-up';

/**
 * A command whose whole family dies with this process, however that ends, and whose mounts nobody else sees.
 * `unshare` itself blocks SIGTERM, hence SIGKILL.
 */
const contained = ({ command: program, args }: Command): Command =>
  command(
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    program,
    ...args,
  );

/** What debootstrap is about, by the beginning of what it prints; of 75 s on an idle host, each took about a third. */
const phases: readonly [beginning: RegExp, phase: string][] = [
  [/^I: Retrieving \S+ \S+$/m, 'fetching some 270 packages'],
  [/^I: Unpacking the base system/m, 'unpacking them'],
  [/^I: Configuring the base system/m, 'configuring them'],
];

/** Tells each phase once, when its first line is printed. */
export const phaseTeller = (print: (line: string) => void): ((text: string) => void) => {
  const told = new Set<string>();
  return (text) => {
    for (const [beginning, phase] of phases) {
      if (!beginning.test(text) || told.has(phase)) continue;
      told.add(phase);
      print(phase);
    }
  };
};

/** The image's root folder, when it has been made. */
export const existingImage = (): string | undefined => {
  const folder = `${cache}/${imageName()}`;
  return existsSync(folder) ? `${folder}/root` : undefined;
};

/**
 * Makes the servers' root image, or waits for whoever is making it.
 * @param print told what is being waited for
 * @returns its root folder, which nothing may write to
 */
export const makeImage = async (print: (line: string) => void): Promise<string> => {
  mkdirSync(cache, { recursive: true, mode: 0o755 });
  return withLock(
    `${cache}/lock`,
    () => print('another lab is making the image; waiting for it'),
    async () => {
      const made = existingImage();
      if (made) return made;
      // Whoever held the lock before and did not finish is gone.
      for (const part of readdirSync(cache).filter((name) => name.endsWith('.part')))
        await run(command('rm', '-rf', '--one-file-system', `${cache}/${part}`));
      const part = `${cache}/${imageName()}.part`;
      // Closed to the host's users: it holds programs that make whoever starts them root.
      mkdirSync(part, { mode: 0o700 });
      const mirror = hostMirror();
      print(`Debian ${suite} from ${mirror}, once: about 1.1 GB on disk, one to three minutes`);
      await run(contained(bootstrap(`${part}/root`, mirror)), { onOutput: phaseTeller(print) });
      print('making a bare server of it');
      await runAll(settle(`${part}/root`));
      renameSync(part, `${cache}/${imageName()}`);
      return `${cache}/${imageName()}/root`;
    },
  );
};
