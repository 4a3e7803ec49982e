import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** PostgreSQL refuses to run as root. */
type SystemUser = { readonly uid: number; readonly gid: number };

const isRoot = process.getuid?.() === 0;

/** The account that a server runs as when root starts it: postgres where there is one, else nobody. Nothing is created. */
const unprivilegedUser = (): SystemUser => {
  const accounts = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const user = accounts.get('postgres') ?? accounts.get('nobody');
  if (!user) throw new Error('PostgreSQL does not run as root, and /etc/passwd has neither postgres nor nobody.');
  return user;
};

/** Whether everybody may pass through every folder above a path: not so in /root. */
const isReachable = (path: string): boolean => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === '/') return true;
  }
};

export type Launch = { readonly command: string; readonly args: string[]; readonly options: Partial<SystemUser> };

/**
 * How to start a program that refuses root: as it is for a normal user; for root as another user, which keeps the one right to
 * pass through closed folders (CAP_DAC_READ_SEARCH, by util-linux' setpriv) where the checkout lies in one, such as /root.
 * @param command the program's path
 * @param dataFolder given to that user
 */
export const asUnprivileged = (command: string, args: string[], dataFolder: string): Launch => {
  if (!isRoot) return { command, args, options: {} };
  const user = unprivilegedUser();
  chownSync(dataFolder, user.uid, user.gid);
  if (isReachable(command) && isReachable(`${dataFolder}/.`)) return { command, args, options: user };
  accessSync('/usr/bin/setpriv', constants.X_OK);
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const right = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=+dac_read_search'];
  return { command: '/usr/bin/setpriv', args: [...ids, ...right, command, ...args], options: {} };
};
