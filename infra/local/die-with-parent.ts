import { existsSync } from 'node:fs';

const setpriv = '/usr/bin/setpriv';

export type Command = { readonly command: string; readonly args: string[] };

/**
 * Has the kernel send a signal to a process when whoever started it dies without a word, by kill -9 (prctl(2),
 * PR_SET_PDEATHSIG, through util-linux' setpriv). Where there is no setpriv the command stays as it is.
 */
export const dyingWithParent = (signal: 'SIGINT' | 'SIGTERM', { command, args }: Command): Command =>
  existsSync(setpriv) ? { command: setpriv, args: ['--pdeathsig', signal, command, ...args] } : { command, args };
