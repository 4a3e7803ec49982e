import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from './die-with-parent.ts';

/** PostgreSQL refuses to run as root. */
type SystemUser = { readonly uid: number; readonly gid: number };

const isRoot = process.getuid?.() === 0;

/**
 * The account that a server runs as when root starts it: the owner of its data, else postgres where there is one, else nobody.
 * Nothing is created.
 */
const unprivilegedUser = (dataFolder: string): SystemUser => {
  const owner = statSync(dataFolder);
  if (owner.uid !== 0) return owner;
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

export type Launch = Command & { readonly options: Partial<SystemUser> };

/**
 * How to start a program that refuses root: as it is for a normal user; for root as another user, which keeps the one right to
 * pass through closed folders (CAP_DAC_READ_SEARCH, by util-linux' setpriv) where the checkout lies in one, such as /root.
 * @param inner the whole command; a wish to die with the parent must be in it, since a change of user drops one made before
 * @param program the program's path
 * @param dataFolder given to that user
 */
export const asUnprivileged = (inner: Command, program: string, dataFolder: string): Launch => {
  if (!isRoot) return { ...inner, options: {} };
  const user = unprivilegedUser(dataFolder);
  chownSync(dataFolder, user.uid, user.gid);
  if (isReachable(program) && isReachable(`${dataFolder}/.`))
    return { ...inner, options: { uid: user.uid, gid: user.gid } };
  accessSync('/usr/bin/setpriv', constants.X_OK);
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const right = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=+dac_read_search'];
  return { command: '/usr/bin/setpriv', args: [...ids, ...right, inner.command, ...inner.args], options: {} };
};
