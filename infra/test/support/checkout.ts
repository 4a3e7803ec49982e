import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../local/paths.ts';

/** A copy of this repository in a folder of its own, closed to other users as /root is. */
export type Checkout = {
  readonly folder: string;
  /** All processes that run from it or in it: id and command. */
  readonly processes: () => string[];
  readonly remove: () => void;
};

const filesHere = (): string[] =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file && existsSync(root + file));

const mark = '.installed-from';

/** A node_modules of links, but with this copy's own workspaces. */
const linkModules = (folder: string): void => {
  const [from, to] = [`${root}node_modules/`, `${folder}/node_modules/`];
  mkdirSync(`${to}@scale-up`, { recursive: true });
  for (const name of readdirSync(from)) {
    // What Vite keeps beside them belongs to whoever ran it.
    if (name !== '@scale-up' && name !== mark && name !== '.vite-temp') symlinkSync(from + name, to + name);
  }
  for (const name of readdirSync(`${from}@scale-up`)) {
    symlinkSync(readlinkSync(`${from}@scale-up/${name}`), `${to}@scale-up/${name}`);
  }
  // Installed, whatever the lock file says by now: no test may call npm ci, which would need the network.
  const lock = readFileSync(`${folder}/package-lock.json`);
  writeFileSync(to + mark, createHash('sha256').update(lock).digest('hex'));
};

export const copyCheckout = (): Checkout => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-checkout-'));
  for (const file of filesHere()) {
    mkdirSync(dirname(`${folder}/${file}`), { recursive: true });
    cpSync(root + file, `${folder}/${file}`, { verbatimSymlinks: true });
  }
  linkModules(folder);
  return {
    folder,
    processes: () => readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) && commandIn(folder, pid)) || []),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
};

/** Of a process that belongs to a folder. */
const commandIn = (folder: string, pid: string): string | undefined => {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const isIn = command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    return isIn ? `${pid} ${command}` : undefined;
  } catch {
    return undefined;
  }
};
