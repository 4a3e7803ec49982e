import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { containersConf } from './containers-conf.ts';
import { hostKey } from './keys.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { command, run } from './run.ts';

/**
 * Folders that are plain ones of the host instead of a part of the overlay: Podman's own overlay cannot lie on another, and
 * a database should meet a real file system.
 */
export const plainFolders = ['/var/lib/containers', '/var/lib/postgresql', '/var/lib/etcd'] as const;

/** Where such a folder lies on the host. */
export const plainFolder = (disk: string, path: string): string => `${disk}/plain${path}`;

/** Names, keys and settings that make a server of the image: path, text, mode. */
const ownFiles = (layout: Layout, server: ServerLayout): [path: string, text: string, mode: number][] => {
  const key = hostKey(layout, server);
  return [
    ['/etc/hostname', `${server.name}\n`, 0o644],
    ['/etc/hosts', `127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ${server.name}\n`, 0o644],
    ['/etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444],
    ['/etc/ssh/ssh_host_ed25519_key', readFileSync(key, 'utf8'), 0o600],
    ['/etc/ssh/ssh_host_ed25519_key.pub', readFileSync(`${key}.pub`, 'utf8'), 0o644],
    ['/root/.ssh/authorized_keys', readFileSync(`${layout.sshKey}.pub`, 'utf8'), 0o600],
    ['/etc/containers/containers.conf.d/lab.conf', containersConf(), 0o644],
  ];
};

/** An overlay shows a folder with the owner and mode of its upper side. */
const ownFolders: [path: string, mode: number][] = [
  ['/etc', 0o755],
  ['/etc/ssh', 0o755],
  ['/etc/containers', 0o755],
  ['/etc/containers/containers.conf.d', 0o755],
  ['/root', 0o700],
  ['/root/.ssh', 0o700],
];

/** Makes a server's disk of the image, unless it is there already. */
export const makeDisk = async (layout: Layout, server: ServerLayout): Promise<void> => {
  if (existsSync(server.disk)) return;
  const part = `${server.disk}.part`;
  await removeDisk(part);
  for (const folder of ['upper', 'work', 'root']) mkdirSync(`${part}/${folder}`, { recursive: true, mode: 0o755 });
  for (const [path, mode] of ownFolders) mkdirSync(`${part}/upper${path}`, { mode });
  for (const [path, text, mode] of ownFiles(layout, server)) writeFileSync(`${part}/upper${path}`, text, { mode });
  for (const path of plainFolders) {
    mkdirSync(plainFolder(part, path.replace(/\/[^/]*$/, '')), { recursive: true });
    await run(command('cp', '-a', `${layout.image}${path}`, plainFolder(part, path)));
  }
  renameSync(part, server.disk);
};

/** Deletes a server's disk, which must not be in use. */
export const removeDisk = async (disk: string): Promise<void> => {
  await run(command('rm', '-rf', '--one-file-system', disk));
};
