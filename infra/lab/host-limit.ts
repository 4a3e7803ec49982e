import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * How many watches of files root may have, over all servers, since their root is the host's. The kernel's 128 are used up by
 * some fifteen of them (measured: 6 to 9 a server, and its nspawn's), and then systemd starts nothing more.
 */
const setting = '/proc/sys/fs/inotify/max_user_instances';
const enough = 1024;

/** What it was before the first lab; gone with the host's next boot, as the change is. */
const remembered = '/run/scale-up-inotify';

/** Raises it while there is a lab. */
export const raiseHostLimit = (): void => {
  const before = readFileSync(setting, 'utf8').trim();
  if (Number(before) >= enough) return;
  writeFileSync(remembered, before);
  writeFileSync(setting, String(enough));
};

/** Puts it back after the last lab. */
export const restoreHostLimit = (): void => {
  const isLab = (namespace: string): boolean => /^lab-[0-9a-f]{6}$/.test(namespace);
  if (!existsSync(remembered) || (existsSync('/run/netns') && readdirSync('/run/netns').some(isLab))) return;
  writeFileSync(setting, readFileSync(remembered, 'utf8'));
  rmSync(remembered);
};
