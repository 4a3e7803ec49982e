import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root } from '../local/paths.ts';

export type Manifest = {
  readonly name: string;
  readonly scripts?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly nx?: { readonly name: string; readonly implicitDependencies?: readonly string[] };
};

export type Project = { readonly folder: string; readonly manifest: Manifest };

/** Every file of the repository as it is in the working tree: tracked, or new and not ignored. */
export const repositoryFiles = (): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(`${root}${file}`));

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(`${root}${folder}package.json`, 'utf8')) as Manifest;

/** The workspaces, by the package.json files below the root. */
export const projects = (): Project[] =>
  repositoryFiles()
    .filter((file) => /^(apps\/[^/]+|libs\/[^/]+|infra|load-tests)\/package\.json$/.test(file))
    .map((file) => file.replace('package.json', ''))
    .map((folder) => ({ folder, manifest: readManifest(folder) }));

/** What Nx calls a project. */
export const nameOf = ({ manifest }: Project): string => manifest.nx?.name ?? manifest.name;
