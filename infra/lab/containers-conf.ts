import { existsSync, readFileSync } from 'node:fs';

/** Where the unified hierarchy of control groups is: alone, or beside the old ones. */
const unifiedRoots = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

/** The controllers that a server's own systemd gets to see. */
export const unifiedControllers = (): string[] => {
  const file = unifiedRoots.map((folder) => `${folder}/cgroup.controllers`).find((path) => existsSync(path));
  return file ? readFileSync(file, 'utf8').split(/\s+/).filter(Boolean) : [];
};

/**
 * Podman's settings that this host asks for and a real server would not: Podman limits the number of processes by default,
 * and where the host has that controller elsewhere its containers would not start.
 * @param controllers of the unified hierarchy
 */
export const containersConf = (controllers: readonly string[] = unifiedControllers()): string =>
  controllers.includes('pids') ? '' : '[containers]\npids_limit = 0\n';
