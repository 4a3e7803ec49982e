import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { localFolder } from './paths.ts';
import { runToEnd } from './run-to-end.ts';
import { dim, print } from './terminal.ts';

/** A program that Go builds from its module proxy, where the system has none. */
export type GoProgram = {
  readonly name: string;
  /** What `go install` takes, such as `go.k6.io/k6`. */
  readonly module: string;
  /** The version that was tried, without the v. */
  readonly version: string;
};

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The first program of a name on PATH. */
export const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((path) => join(path, name))
    .find((file) => isProgram(file));

/** Seconds between two signs of life of a build. */
const sign = 15;

/** Builds it once: two to four minutes on two cores. */
const build = async (go: string, { name, module, version }: GoProgram, folder: string): Promise<void> => {
  const began = performance.now();
  const since = (): string => `${Math.round((performance.now() - began) / 1_000)} s`;
  print(`Building ${name} ${version} with Go into .local: some minutes, once.`);
  const life = setInterval(() => print(dim(`  … still building, ${since()}`)), sign * 1_000);
  try {
    mkdirSync(folder, { recursive: true });
    // The toolchain that a program asks for is fetched where the installed one is older.
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-trimpath', CGO_ENABLED: '0' };
    // Behind everything else: servers may run, or be made, on this machine meanwhile.
    const words = ['-n', '19', go, 'install', `${module}@v${version}`];
    const { code, output } = await runToEnd({ command: 'nice', args: words }, { env });
    if (code !== 0) throw new Error(`${name} could not be built:\n  ${output.split('\n').slice(-8).join('\n  ')}`);
    print(`Built in ${since()}.`);
  } finally {
    clearInterval(life);
  }
};

/**
 * The program in .local, built there where Go is installed and it is not there yet.
 * @returns its path; undefined where there is no Go
 * @throws Error with the end of what Go says when it cannot be built
 */
export const builtByGo = async (program: GoProgram): Promise<string | undefined> => {
  const folder = `${localFolder}${program.name}-${program.version}`;
  const own = join(folder, program.name);
  if (isProgram(own)) return own;
  const go = onPath('go') ?? ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find((file) => isProgram(file));
  if (go === undefined) return undefined;
  await build(go, program, folder);
  return own;
};
