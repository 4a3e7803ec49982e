import { readFileSync } from 'node:fs';

type LockedPackage = {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
};

/** package-lock.json: every package by the folder it is installed in. */
export type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };

/** All that a project needs to run. */
export type Closure = {
  /** Folders of this repository's own projects, the wanted one first. */
  readonly projects: readonly string[];
  /** Folders of installed packages, such as `node_modules/pg`. */
  readonly packages: readonly string[];
  /** Links to own projects: `node_modules/@scale-up/config` → `libs/config`. */
  readonly links: Readonly<Record<string, string>>;
};

export const readLock = (file: string): Lock => JSON.parse(readFileSync(file, 'utf8')) as Lock;

/** Where Node finds a package: in the node_modules beside whoever asks, or of a folder above. */
const find = ({ packages }: Lock, name: string, from: string): string | undefined => {
  for (let folder = from; ; folder = folder.replace(/\/?[^/]*$/, '')) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, candidate)) return candidate;
    if (folder === '') return undefined;
  }
};

type Need = { readonly name: string; readonly isOptional: boolean };

const needsOf = (locked: LockedPackage): Need[] => {
  const { dependencies = {}, optionalDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = locked;
  // An optional peer that is there is somebody else's, such as a development dependency.
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
  return [
    ...Object.keys(dependencies).map((name) => ({ name, isOptional: false })),
    ...peers.map((name) => ({ name, isOptional: false })),
    ...Object.keys(optionalDependencies).map((name) => ({ name, isOptional: true })),
  ];
};

/**
 * Finds what a project of this repository needs to run, development dependencies left out: what `npm ci --omit=dev` would
 * install for it.
 * @param folder of the project, such as `apps/web`
 * @throws Error naming a dependency that the lock file does not have
 */
export const closureOf = (lock: Lock, folder: string): Closure => {
  const projects = [folder];
  const packages = new Set<string>();
  const links: Record<string, string> = {};
  const queue = [folder];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const { name, isOptional } of needsOf(lock.packages[at] ?? {})) {
      const found = find(lock, name, at);
      if (found === undefined) {
        if (isOptional) continue;
        throw new Error(`${at} needs ${name}, which package-lock.json does not have: run npm install.`);
      }
      const { link, resolved = '' } = lock.packages[found] ?? {};
      if (link) links[found] = resolved;
      const target = link ? resolved : found;
      if (packages.has(target) || projects.includes(target)) continue;
      if (link) projects.push(target);
      else packages.add(target);
      queue.push(target);
    }
  }
  return { projects, packages: [...packages].toSorted(), links };
};
