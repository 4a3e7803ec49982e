import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

const root = '/sys/fs/cgroup';

/** Microseconds after which a share is given anew: short beside what a request may take, so that who has used it up waits only a moment. */
const period = 10_000;

/** Version 2 has one tree; of version 1 each controller has its own, and some hosts have both. */
const isUnified = (): boolean =>
  existsSync(`${root}/cgroup.controllers`) && readFileSync(`${root}/cgroup.controllers`, 'utf8').includes('cpu');

/** Why no program can be held to a share of a core here; undefined where one can. */
export const whyNoQuota = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'to hold an instance to a share of a core takes root';
  return isUnified() || existsSync(`${root}/cpu/cpu.cfs_quota_us`)
    ? undefined
    : 'there is no controller of processor time (cgroups, version 1 or 2)';
};

let made = 0;

/**
 * Holds a process, and what it starts, to a share of a core.
 * @param share 0.2 for a fifth
 * @returns what removes the limit, once the process is gone
 */
export const holdTo = (share: number, pid: number): (() => void) => {
  const folder = `${root}${isUnified() ? '' : '/cpu'}/scale-up-bench-${process.pid}-${(made += 1)}`;
  if (isUnified()) writeFileSync(`${root}/cgroup.subtree_control`, '+cpu');
  mkdirSync(folder);
  const quota = Math.round(period * share);
  if (isUnified()) writeFileSync(`${folder}/cpu.max`, `${quota} ${period}`);
  else {
    writeFileSync(`${folder}/cpu.cfs_period_us`, String(period));
    writeFileSync(`${folder}/cpu.cfs_quota_us`, String(quota));
  }
  writeFileSync(`${folder}/cgroup.procs`, String(pid));
  return () => rmdirSync(folder);
};
