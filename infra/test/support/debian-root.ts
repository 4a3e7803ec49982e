import { mkdirSync } from 'node:fs';
import type { Command } from '../../local/die-with-parent.ts';

/** What a test does on a machine of its own as far as mounts, network and processes go; all of it ends with the first process. */
export const alone = (...words: string[]): Command => ({
  command: 'unshare',
  args: ['--mount', '--net', '--pid', '--fork', '--kill-child', ...words],
});

/**
 * Runs a text of bash in a root of Debian's with files laid over it, alone.
 * @param image the root, which stays as it is
 * @param upper the files
 * @param work a folder that is not there yet, for what the overlay needs
 * @param words the text, then its name and its arguments
 */
export const inDebianRoot = (image: string, upper: string, work: string, ...words: string[]): Command => {
  const [scratch, root] = [`${work}/scratch`, `${work}/root`];
  for (const folder of [scratch, root]) mkdirSync(folder, { recursive: true });
  const mount = `mount -t overlay overlay -o lowerdir=${image},upperdir=${upper},workdir=${scratch} ${root}`;
  return alone('sh', '-c', `${mount} && exec chroot ${root} bash -c "$@"`, 'sh', ...words);
};
