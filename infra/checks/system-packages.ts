import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findRedisProgram } from '../local/redis.ts';

type Need = {
  readonly name: string;
  readonly isThere: () => boolean;
  /** Debian packages, of which the first that exists is taken. */
  readonly packages: readonly string[];
  /** The projects whose tests need it. */
  readonly projects: readonly string[];
};

const needs: readonly Need[] = [
  {
    name: 'chromium',
    isThere: () => existsSync('/usr/bin/chromium'),
    packages: ['chromium'],
    projects: ['site'],
  },
  {
    name: 'valkey-server or redis-server',
    isThere: () => findRedisProgram() !== undefined,
    packages: ['valkey-server', 'redis-server'],
    projects: ['cache', 'load-tests'],
  },
];

const canInstall = (): boolean => {
  if (process.getuid?.() !== 0 || !existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
};

const isAvailable = (name: string): boolean =>
  spawnSync('apt-cache', ['show', '--no-all-versions', name], { stdio: 'ignore' }).status === 0;

const install = (missing: readonly Need[]): void => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): void => {
    execFileSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  };
  apt('update');
  const names = missing.flatMap(({ packages }) => packages.find(isAvailable) ?? []);
  // A server from a package would start at once and hold its usual port.
  apt('install', '-y', '--no-install-recommends', ...names);
};

export type LeftOut = { readonly project: string; readonly reason: string };

/**
 * Makes sure of what the tests need from the system: installs it as root on Debian or Ubuntu.
 * @param notAsked projects whose tests do not run, whatever is installed
 * @param print told what is being done
 * @returns the projects whose tests cannot run, and why
 */
export const provideSystemPackages = (notAsked: ReadonlySet<string>, print: (line: string) => void): LeftOut[] => {
  const asked = needs.filter(({ projects }) => projects.some((project) => !notAsked.has(project)));
  const missing = asked.filter((need) => !need.isThere());
  if (missing.length > 0 && canInstall()) {
    print(`installing ${missing.map(({ name }) => name).join(', ')} with apt-get …`);
    try {
      install(missing);
    } catch (error) {
      print(`apt-get failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return asked
    .filter((need) => !need.isThere())
    .flatMap(({ name, projects }) => projects.map((project) => ({ project, reason: `${name} is not installed` })));
};
