import { builtByGo, onPath } from '@scale-up/infra/local/go-program.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import { print } from '@scale-up/infra/local/terminal.ts';

/** The version that the scenarios are written for and were run with. */
export const version = '1.8.1';

/** Scenarios in TypeScript need no bundler from k6 1.0 on. */
const oldest = 1;

const majorOf = async (file: string): Promise<number> => {
  const { output } = await runToEnd({ command: file, args: ['version'] }, {});
  return Number(/v(\d+)\./.exec(output)?.[1] ?? Number.NaN);
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
  const own = await builtByGo({ name: 'k6', module: 'go.k6.io/k6', version });
  if (own !== undefined) return own;
  throw new Error(
    `k6 is not on PATH, and there is no Go to build it with. Either: https://grafana.com/docs/k6/latest/set-up/install-k6/ (version ${version} was tried), or install Go and run this again.`,
  );
};
