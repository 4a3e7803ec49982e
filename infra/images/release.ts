import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { root } from '../local/paths.ts';

/** What goes into images, and how: a change elsewhere, such as in docs/, makes no other release. */
const inputs = ['apps', 'libs', 'infra/images', 'package.json', 'package-lock.json'];

/** A state of this repository that images are made of. */
export type Release = {
  /** The tag of its images: the commit, with `-dirty-<hash>` behind it when files differ from the commit. */
  readonly tag: string;
  /** When it was committed, in seconds since 1970; every file in an image bears this time. */
  readonly time: number;
};

/** Enough digits that two commits of one repository do not share them. */
const digits = 12;

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1_048_576 });

const contentOf = (file: string): string | Buffer => {
  if (!existsSync(`${root}${file}`)) return 'gone';
  return lstatSync(`${root}${file}`).isSymbolicLink() ? readlinkSync(`${root}${file}`) : readFileSync(`${root}${file}`);
};

/** Files that differ from the commit, new ones included. */
const changedFiles = (): string[] =>
  [
    git('diff', '--name-only', '-z', 'HEAD', '--', ...inputs),
    git('ls-files', '--others', '--exclude-standard', '-z', '--', ...inputs),
  ]
    .flatMap((list) => list.split('\0'))
    .filter((file) => file !== '')
    .toSorted();

/** Names what is in the working tree. */
export const currentRelease = (): Release => {
  const commit = git('rev-parse', `--short=${digits}`, 'HEAD').trim();
  const time = Number(git('log', '-1', '--format=%ct').trim());
  const changed = changedFiles();
  if (changed.length === 0) return { tag: commit, time };
  const hash = createHash('sha256');
  for (const file of changed) hash.update(`${file}\0`).update(contentOf(file)).update('\0');
  return { tag: `${commit}-dirty-${hash.digest('hex').slice(0, 8)}`, time };
};

/** Files below a folder that the repository holds, or that are new and not ignored. */
export const filesBelow = (folder: string): string[] =>
  git('ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', folder)
    .split('\0')
    .filter((file) => file !== '' && existsSync(`${root}${file}`));
