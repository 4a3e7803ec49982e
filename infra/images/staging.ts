import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, relative } from 'node:path';
import { localFolder, root } from '../local/paths.ts';
import { type Closure, closureOf, type Lock, readLock } from './closure.ts';
import { javascriptOf, manifestOf } from './javascript.ts';
import { filesBelow, type Release } from './release.ts';
import { builtFolders, type Service } from './services.ts';

/** What Git keeps of an own project and its process needs: no tests, no examples, nothing that only serves its development. */
export const isShipped = (project: string, file: string): boolean => {
  const path = file.slice(project.length + 1);
  if (!path.includes('/')) return path === 'package.json' || path.endsWith('.sql');
  return !/^(test|example)\//.test(path);
};

/** What a package installs and nobody runs: a third of its files. Its licence stays. */
const isUseless = (name: string): boolean => /^(?!licen[cs]e).*\.(map|md|markdown|d\.[cm]?ts)$/i.test(name);

/** Copies a file; its mode must not depend on the umask of whoever checked it out. */
const copyFile = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o644);
};

/** Copies a file of an own project, in which what Node runs is JavaScript. */
const copySource = (from: string, to: string): void => {
  const [made, target] = from.endsWith('.ts')
    ? [javascriptOf, to.replace(/ts$/, 'js')]
    : [from.endsWith('/package.json') ? manifestOf : undefined, to];
  if (!made) return copyFile(from, to);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, made(readFileSync(from, 'utf8')));
  chmodSync(target, 0o644);
};

/** Copies a folder of files without its own node_modules, which are packages of their own. */
const copyFolder = (from: string, to: string, isLeftOut: (name: string) => boolean = () => false): void => {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const source = `${from}/${entry.name}`;
    if (entry.isDirectory()) copyFolder(source, `${to}/${entry.name}`, isLeftOut);
    else if (entry.isFile() && !isLeftOut(entry.name)) copyFile(source, `${to}/${entry.name}`);
  }
};

/** Gives every file, link and folder the release's time: an engine that keeps times makes the same image of them again. */
const setTimes = (path: string, time: number): void => {
  const isFolder = lstatSync(path).isDirectory();
  if (isFolder) for (const name of readdirSync(path)) setTimes(`${path}/${name}`, time);
  if (isFolder) chmodSync(path, 0o755);
  lutimesSync(path, time, time);
};

const installedVersion = (folder: string): string | undefined => {
  const manifest = `${root}${folder}/package.json`;
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version?: string }).version;
};

/** Installed is what the lock file says, or nothing for another platform. */
const checked = (lock: Lock, folder: string): boolean => {
  const { version, optional } = lock.packages[folder] as { version?: string; optional?: boolean };
  const installed = installedVersion(folder);
  if (installed === version) return true;
  if (installed === undefined && optional) return false;
  const found = installed === undefined ? 'is not installed' : `is ${installed}`;
  throw new Error(`${folder} ${found}, package-lock.json wants ${version}: run npm ci.`);
};

const copyPackages = (lock: Lock, { packages }: Closure, to: string): void => {
  for (const folder of packages) {
    if (checked(lock, folder)) copyFolder(`${root}${folder}`, `${to}/${folder}`, isUseless);
  }
};

const copyProjects = ({ projects, links }: Closure, to: string): void => {
  for (const project of projects) {
    for (const file of filesBelow(project).filter((each) => isShipped(project, each)))
      copySource(`${root}${file}`, `${to}/${file}`);
  }
  for (const [link, target] of Object.entries(links)) {
    mkdirSync(dirname(`${to}/${link}`), { recursive: true });
    symlinkSync(relative(dirname(link), target), `${to}/${link}`);
  }
};

/**
 * Puts a service's own sources into a folder as an image has them; packages are those of the checkout, where that is above.
 * @param to absolute; what was there is gone
 */
export const stageSources = (service: Service, to: string): void => {
  rmSync(to, { recursive: true, force: true });
  copyProjects(closureOf(readLock(`${root}package-lock.json`), `apps/${service}`), to);
};

/**
 * Puts all that a service's image holds beside its base into a folder, in two parts, each a layer: what changes seldom, and
 * what every release changes.
 * @returns the folder
 */
export const stage = (service: Service, { time }: Release): string => {
  const folder = `${localFolder}images/${service}`;
  rmSync(folder, { recursive: true, force: true });
  const [dependencies, sources] = [`${folder}/dependencies`, `${folder}/sources`];
  mkdirSync(dependencies, { recursive: true });
  mkdirSync(sources);
  const lock = readLock(`${root}package-lock.json`);
  const closure = closureOf(lock, `apps/${service}`);
  copyPackages(lock, closure, dependencies);
  copyProjects(closure, sources);
  for (const built of builtFolders[service]) copyFolder(`${root}${built}`, `${sources}/${built}`);
  setTimes(folder, time);
  return folder;
};
