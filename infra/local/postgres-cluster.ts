import { chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './run-to-end.ts';
import { asUnprivileged } from './system-user.ts';

/** Nothing of the environment, where a PG… variable or a locale would change what is started. */
export const localeOnly = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env.PATH };

/** The same on every machine, whatever its own locale is: UTF-8, code-point order, Unicode case. */
const clusterOptions = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--no-instructions',
];

/**
 * Makes a cluster in the folder `data` of a folder; only a whole one gets that name, however its making ends.
 * @param password of the superuser
 * @throws Error with what initdb said
 */
export const initialise = async (
  initdb: string,
  folder: string,
  password: string,
  signal?: AbortSignal,
): Promise<void> => {
  const data = join(folder, 'data');
  const draft = join(folder, 'data.new');
  const passwordFile = join(folder, 'password');
  rmSync(data, { recursive: true, force: true });
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    const args = ['--pgdata', draft, '--username', 'postgres', '--pwfile', passwordFile, ...clusterOptions];
    const { options, ...launch } = asUnprivileged({ command: initdb, args }, initdb, draft);
    const { uid, gid } = statSync(draft);
    chownSync(passwordFile, uid, gid);
    chmodSync(draft, 0o700);
    const { code, output } = await runToEnd(launch, { ...options, env: localeOnly, signal });
    if (code !== 0) throw new Error(`initdb failed:\n${output}`);
    renameSync(draft, data);
  } finally {
    rmSync(passwordFile, { force: true });
  }
};
