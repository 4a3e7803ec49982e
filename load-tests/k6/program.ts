import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { localFolder } from '@scale-up/infra/local/paths.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import { dim, print } from '@scale-up/infra/local/terminal.ts';

/** The version that the scenarios are written for and were run with. */
export const version = '1.8.1';

const folder = `${localFolder}k6-${version}`;

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((path) => join(path, name))
    .find((file) => isProgram(file));

/** Scenarios in TypeScript need no bundler from k6 1.0 on. */
const oldest = 1;

const majorOf = async (file: string): Promise<number> => {
  const { output } = await runToEnd({ command: file, args: ['version'] }, {});
  return Number(/v(\d+)\./.exec(output)?.[1] ?? Number.NaN);
};

/** Seconds between two signs of life of a build. */
const sign = 15;

/** Builds it once: two to four minutes on two cores. */
const build = async (go: string): Promise<void> => {
  const began = performance.now();
  const since = (): string => `${Math.round((performance.now() - began) / 1_000)} s`;
  print(`Building k6 ${version} with Go into .local: some minutes, once.`);
  const life = setInterval(() => print(dim(`  … still building, ${since()}`)), sign * 1_000);
  try {
    mkdirSync(folder, { recursive: true });
    // The toolchain that k6 asks for is fetched where the installed one is older.
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-trimpath', CGO_ENABLED: '0' };
    // Behind everything else: servers may run, or be made, on this machine meanwhile.
    const words = ['-n', '19', go, 'install', `go.k6.io/k6@v${version}`];
    const { code, output } = await runToEnd({ command: 'nice', args: words }, { env });
    if (code !== 0) throw new Error(`k6 could not be built:\n  ${output.split('\n').slice(-8).join('\n  ')}`);
    print(`Built in ${since()}.`);
  } finally {
    clearInterval(life);
  }
};

/**
 * The program k6: the one on PATH, else the one in .local, which is built where Go is installed.
 * @throws Error with what to do where there is neither
 */
export const findK6 = async (): Promise<string> => {
  const installed = onPath('k6');
  if (installed !== undefined) {
    const major = await majorOf(installed);
    if (major >= oldest) return installed;
    print(`${installed} is older than k6 ${oldest}.0, and not used.`);
  }
  const own = join(folder, 'k6');
  if (isProgram(own)) return own;
  const go = onPath('go') ?? ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find((file) => isProgram(file));
  if (go === undefined) {
    throw new Error(
      `k6 is not on PATH, and there is no Go to build it with. Either: https://grafana.com/docs/k6/latest/set-up/install-k6/ (version ${version} was tried), or install Go and run this again.`,
    );
  }
  await build(go);
  return own;
};
