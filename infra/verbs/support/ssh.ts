import { lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from '../../local/die-with-parent.ts';
import type { Server } from '../../inventory/schema.ts';
import { VerbError } from './exit-codes.ts';

/** A command for a server, as a value. */
export type Remote = {
  readonly words: readonly string[];
  /** What it gets on its standard input: the way for secrets, which no list of processes may show. */
  readonly input?: string | Buffer;
  /** Milliseconds until it counts as unreachable. */
  readonly timeout?: number;
  /** Seconds that the connection itself may take (10): a server that starts, or is very busy, takes some. */
  readonly connectTimeout?: number;
};

/** How servers are reached from here. */
export type Route = {
  /** Two labs may have servers of the same address: connections are shared within one of them only. */
  readonly id: string;
  /** Words in front of each local command: inside a lab its namespace is entered. */
  readonly prefix: readonly string[];
  /** A lab's ssh_config, with its key and its host keys. */
  readonly sshConfig?: string | undefined;
};

/** A server's command: `remote('systemctl', 'is-active', 'haproxy')`. */
export const remote = (...words: string[]): Remote => ({ words });

/**
 * A text for a server's bash, which stops at the first failure.
 * @param args what the text sees as `$1`, `$2` …; never put values into the text itself
 */
export const script = (text: string, ...args: string[]): Remote => ({
  words: ['bash', '-euo', 'pipefail', '-c', text, 'bash', ...args],
});

/**
 * Begins the text of a `script` that may take what others leave of processors and disk: such as the unpacking of images, during which a site goes on. The last
 * words are for kernels that share processors among sessions (sched(7), autogroup), of which SSH makes one for each command.
 */
export const unhurried =
  'renice -n 19 $$ >/dev/null; ionice -c idle -p $$; { echo 19 >/proc/$$/autogroup; } 2>/dev/null || true;';

/** Where sockets of shared connections lie: a short path, since one may have 104 characters, and ours alone. */
const socketFolder = (): string => {
  const { uid } = userInfo();
  const folder = `/tmp/scale-up-ssh-${uid}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return folder;
  throw new VerbError(`${folder} must be a folder of your own that nobody else may enter; remove it.`);
};

/** Options that every connection has. */
export const connectionOptions = ({ sshConfig }: Route, connectTimeout = 10): string[] => [
  ...(sshConfig === undefined ? [] : ['-F', sshConfig]),
  // Nobody is there to type a password, or to say yes to a host key.
  '-o',
  'BatchMode=yes',
  '-o',
  `ConnectTimeout=${connectTimeout}`,
  // One that was switched off is noticed after 2 × 2 s instead of a quarter of an hour.
  '-o',
  'ServerAliveInterval=2',
  '-o',
  'ServerAliveCountMax=2',
];

/** Options with which commands to a server share a connection: the first takes 150 ms, each further one 20 ms. */
export const sharedConnection = ({ id }: Route): string[] => [
  '-o',
  'ControlMaster=auto',
  '-o',
  `ControlPath=${socketFolder()}/${id}-%C`,
  // Long enough for the pauses within a verb, short enough to leave nothing behind.
  '-o',
  'ControlPersist=20',
];

/** Options of a connection that lives and dies with its own command. */
export const ownConnection: readonly string[] = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none'];

/** A word as a shell reads it back unchanged. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The local command that runs a remote one, as root. */
export const sshCommand = (
  route: Route,
  { address, ssh: { user, port } }: Server,
  { words, connectTimeout }: Remote,
  connection: readonly string[] = sharedConnection(route),
): Command => {
  const asRoot = user === 'root' ? words : ['sudo', '-n', '--', ...words];
  const all = [
    ...route.prefix,
    'ssh',
    ...connectionOptions(route, connectTimeout),
    ...connection,
    // A lab's ssh_config knows the port; so does the operator's own, unless the inventory says another.
    ...(port === 22 ? [] : ['-p', String(port)]),
    `${user}@${address}`,
    asRoot.map(quoted).join(' '),
  ];
  return { command: all[0] ?? 'ssh', args: all.slice(1) };
};
