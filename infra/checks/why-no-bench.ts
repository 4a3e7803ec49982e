import { existsSync } from 'node:fs';
import { cpus } from 'node:os';

/** Why nothing can be measured on this machine; undefined where it can. */
export const whyNoBench = (): string | undefined => {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (cpus().length < 2) return 'it needs two cores, one for what is measured and one for who asks';
  return existsSync('/usr/bin/apt-get') ? undefined : 'it takes nginx and wrk from Debian’s packages, by apt-get';
};
