import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import type { Command } from '../local/die-with-parent.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { command } from './run.ts';

const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** The hierarchies in which a server needs a place of its own, where the host's own systemd does not give it one. */
const hierarchies = (): string[] => {
  const old = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified'].filter((folder) => existsSync(folder));
  return old.length > 0 ? old : ['/sys/fs/cgroup'];
};

const nameOf = ({ id }: Layout, { name }: ServerLayout): string => `lab-${id}-${name}`;

/** In front of the supervisor: two servers in one control group would fight for it. */
export const ownScope = (layout: Layout, server: ServerLayout): Command | undefined =>
  hasSystemd()
    ? command(
        'systemd-run',
        '--scope',
        '--quiet',
        '--collect',
        '--property=Delegate=yes',
        `--unit=${nameOf(layout, server)}`,
      )
    : undefined;

/** Moves this process into a control group of the server's own. */
export const joinControlGroup = (layout: Layout, server: ServerLayout): void => {
  if (hasSystemd()) return;
  for (const hierarchy of hierarchies()) {
    const folder = `${hierarchy}/${nameOf(layout, server)}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/cgroup.procs`, String(process.pid));
  }
};

const removeTree = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    if (statSync(`${folder}/${name}`).isDirectory()) removeTree(`${folder}/${name}`);
  }
  rmdirSync(folder);
};

/** Removes it, once nothing runs in it. */
export const removeControlGroup = (layout: Layout, server: ServerLayout): void => {
  if (hasSystemd()) return;
  for (const hierarchy of hierarchies()) {
    const folder = `${hierarchy}/${nameOf(layout, server)}`;
    if (existsSync(folder)) removeTree(folder);
  }
};
