import { existsSync, readdirSync, readFileSync } from 'node:fs';

const debian = 'http://deb.debian.org/debian';

/** The first archive of Debian itself (not its security archive, not another vendor's) that apt's sources name. */
export const mirrorIn = (sources: readonly string[]): string => {
  const lines = sources.flatMap((text) => text.split('\n')).filter((line) => !line.trimStart().startsWith('#'));
  const words = lines.filter((line) => /^(deb\s|URIs:)/.test(line)).flatMap((line) => line.split(/\s+/));
  const found = words.find((word) => /^https?:\/\/\S+\/debian\/?$/.test(word));
  return found?.replace(/\/$/, '') ?? debian;
};

/** Where this host gets Debian's packages from. */
export const hostMirror = (): string => {
  const folder = '/etc/apt/sources.list.d';
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [];
  const files = ['/etc/apt/sources.list', ...parts].filter((file) => /\.(list|sources)$/.test(file));
  return mirrorIn(files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8')));
};
