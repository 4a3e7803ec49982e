import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The first archive of Debian itself (not its security archive, not another vendor's) that apt's sources name, if one does. */
export const mirrorIn = (sources: readonly string[]): string | undefined => {
  const lines = sources.flatMap((text) => text.split('\n')).filter((line) => !line.trimStart().startsWith('#'));
  const words = lines.filter((line) => /^(deb\s|URIs:)/.test(line)).flatMap((line) => line.split(/\s+/));
  const found = words.find((word) => /^https?:\/\/\S+\/debian\/?$/.test(word));
  return found?.replace(/\/$/, '');
};

/**
 * Where this host gets Debian's packages from: as its apt, or where DEBIAN_MIRROR says.
 * @throws Error with a sentence where neither names an archive
 */
export const hostMirror = (): string => {
  const folder = '/etc/apt/sources.list.d';
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
  const files = ['/etc/apt/sources.list', ...parts].filter((file) => /\.(list|sources)$/.test(file));
  const sources = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8'));
  const mirror = process.env['DEBIAN_MIRROR'] || mirrorIn(sources);
  if (mirror !== undefined) return mirror;
  throw new Error(
    "This host's apt names no archive of Debian: set DEBIAN_MIRROR to the address of one (http://…/debian).",
  );
};
