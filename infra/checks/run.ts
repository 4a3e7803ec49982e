import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { messageOf } from '../local/message.ts';
import { localFolder, root } from '../local/paths.ts';
import { buildSite } from '../local/site-build.ts';
import { bold, dim, print } from '../local/terminal.ts';
import { installForServers, prepareServers } from './prepare-servers.ts';
import { nameOf, type Project, projects } from './projects.ts';
import { type Outcome, resultsVariable } from './reporter.ts';
import { askable } from './silence.ts';
import { type LeftOut, provideSystemPackages } from './system-packages.ts';
import { whyNoBench } from './why-no-bench.ts';
import { whyNoServers } from './why-no-servers.ts';

const usage = `usage: npm test          format, lint, types, boundaries, unit, integration, browser and fault tests, coverage, and whether
                         anything became slower; as root on Linux also the tests on servers (npm run test:servers)
       npm run check     the fast part: the same without the tests that start servers, sites and browsers`;

/** Their tests start browsers and whole sites, and kill them: minutes, not seconds. */
const slowProjects = ['site', 'infra', 'app', 'web', 'db-migrator', 'database', 'cache', 'load-tests'];

/** Steps whose failures are counted test by test. */
const testSteps = new Set(['tests of app and libs', 'tests', 'boundaries and documents', 'tests on servers']);

const results = `${localFolder}test-results.jsonl`;
const coverage = `${localFolder}coverage`;

/** What Node has compiled: its programs start by the thousand. Not where coverage is asked for, which it would make less precise (Node's documentation of `module`). */
const compiled = { NODE_COMPILE_CACHE: `${localFolder}compiled` };
const failures: string[] = [];

/** What a program says that could not do what it was asked to, and saw nothing wrong. */
const notPossible = 3;

/**
 * Runs a program with its output shown as it comes; a failure is remembered, and the rest goes on.
 * @returns whether it could be run at all
 */
const step = async (
  name: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> => {
  const start = performance.now();
  print(bold(`▸ ${name}`));
  const child = spawn(process.execPath, [`${root}node_modules/.bin/${command}`, ...args], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', ...env },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const word = code === 0 ? 'passed' : code === notPossible ? 'left out' : 'FAILED';
  if (word === 'FAILED') failures.push(name);
  print(dim(`  ${word} in ${((performance.now() - start) / 1000).toFixed(1)} s`));
  return code !== notPossible;
};

const build = async (): Promise<void> => {
  print(bold('▸ site'));
  try {
    print(dim(await buildSite()));
  } catch (error) {
    failures.push('site');
    print(messageOf(error));
  }
};

const staticChecks = async (): Promise<void> => {
  await step('format', 'oxfmt', ['--check', '.']);
  await step('lint', 'oxlint', ['--type-aware', '--deny-warnings']);
  await step('types', 'tsc', ['-p', 'tsconfig.json']);
  await step('types of the site', 'tsc', ['-p', 'apps/site/tsconfig.json']);
};

/**
 * The tests of some projects, one project after another: they kill processes and hold others to deadlines, which says something
 * only on a machine that is not overloaded. Files of a project still run side by side.
 */
const runTests = (name: string, nxArguments: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> =>
  step(name, 'nx', [...nxArguments, '--output-style=stream-without-prefixes'], { ...reporting(), ...env });

/** Those whose coverage is shown come first, by themselves: it says what their own tests reach. */
const runAll = async (tested: readonly Project[], isCoverageWanted: boolean): Promise<void> => {
  const run = async (name: string, some: readonly Project[], env: NodeJS.ProcessEnv): Promise<void> => {
    const names = some.map(nameOf).join(',');
    if (names !== '') await runTests(name, ['run-many', '-t', 'test', '-p', names, '--parallel=1'], env);
  };
  if (!isCoverageWanted) return run('tests', tested, compiled);
  const { covered = [], others = [] } = Object.groupBy(tested, ({ folder }) =>
    /^(?:apps\/app|libs\/.*)\/$/.test(folder) ? 'covered' : 'others',
  );
  await run('tests of app and libs', covered, { NODE_V8_COVERAGE: coverage });
  await reportCoverage();
  await run('tests', others, compiled);
};

/** The environment in which a test runner shows its tests and writes down what became of them. */
const reporting = (): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: ['--disable-warning=ExperimentalWarning', ...askable, ...reporters].join(' '),
  [resultsVariable]: results,
});

const reporters = ['spec', `${root}infra/checks/reporter.ts`].flatMap((name, index) => [
  `--test-reporter=${name}`,
  // The second prints nothing; node:test ends by fsync, which /dev/null refuses.
  `--test-reporter-destination=${index === 0 ? 'stdout' : 'stderr'}`,
]);

const reportCoverage = (): Promise<boolean> =>
  step('coverage of apps/app and libs', 'c8', [
    'report',
    `--temp-directory=${coverage}`,
    `--reports-dir=${localFolder}artefacts/coverage`,
    '--include=apps/app/src/**',
    '--include=libs/*/src/**',
    '--exclude=libs/testing/**',
    '--reporter=text-summary',
    '--reporter=html',
  ]);

/** The short bench, when nothing else runs: whether anything is a quarter slower than it was. */
const bench = async (): Promise<LeftOut[]> => {
  const reason = whyNoBench();
  if (reason !== undefined) return [{ project: 'speed', reason }];
  const isRun = await step('bench', '../../load-tests/bench/main.ts', ['--short']);
  return isRun ? [] : [{ project: 'speed', reason: 'what it compares with cannot be had (above)' }];
};

/** Failures that are shown in full: what comes later is mostly their consequence. */
const shownInFull = 4;

/** A message may hold everything that a process printed: its beginning says what was expected, its end what happened. */
const shortened = (reason: string): string =>
  reason.length <= 1_500 ? reason : `${reason.slice(0, 400)}\n  …\n${reason.slice(-1_000)}`;

/** The files whose tests took longest, for whoever wants the whole to be quicker. */
const slowest = (outcomes: readonly Outcome[]): string => {
  const files = Map.groupBy(outcomes, ({ file }) => file.replace(root, ''));
  const sums = [...files].map(([file, own]) => ({ file, seconds: own.reduce((sum, { seconds }) => sum + seconds, 0) }));
  const longest = sums.toSorted((one, other) => other.seconds - one.seconds).slice(0, 12);
  return longest.map(({ file, seconds }) => `${Math.round(seconds)} s ${file}`).join(', ');
};

const summary = (leftOut: readonly LeftOut[], seconds: number): void => {
  const lines = existsSync(results) ? readFileSync(results, 'utf8').trim().split('\n').filter(Boolean) : [];
  const outcomes = lines.map((line) => JSON.parse(line) as Outcome);
  const count = (result: Outcome['result']): number => outcomes.filter((outcome) => outcome.result === result).length;
  print('');
  const failed = outcomes.filter(({ result }) => result === 'failed');
  // The first ones last and in full, next to the summary: others often follow from them, and the end is what every log keeps.
  for (const [index, { name, file, reason = '' }] of [...failed.entries()].toReversed()) {
    print(`✘ ${name}  ${dim(file.replace(root, ''))}`);
    print(dim(index < shownInFull ? shortened(reason) : `  ${reason.split('\n', 1)[0]?.slice(0, 160)}`));
  }
  for (const { name, file, reason = 'no reason given' } of outcomes.filter(({ result }) => result === 'skipped')) {
    print(`– skipped: ${name}, because ${reason}  ${dim(file.replace(root, ''))}`);
  }
  for (const { project, reason } of leftOut) print(`– left out: the tests of ${project}, because ${reason}`);
  for (const name of failures) print(`✘ failed: ${name}`);
  print(dim(`most of it: ${slowest(outcomes)}`));
  print(`took ${Math.round(seconds)} s`);
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  // A failed step that is no test counts as well: it must not end in "0 failed".
  const stepsFailed = failures.filter((name) => !testSteps.has(name)).length;
  const failedCount = Math.max(failed.length + stepsFailed, failures.length);
  print(`${count('passed')} passed, ${failedCount} failed${skipped}`);
};

const main = async (): Promise<void> => {
  const start = performance.now();
  const isFast = process.argv.includes('--fast');
  mkdirSync(localFolder, { recursive: true });
  rmSync(coverage, { recursive: true, force: true });
  writeFileSync(results, '');
  const slow = new Set(isFast ? slowProjects : []);
  const leftOut = provideSystemPackages(slow, (line) => print(dim(line)));
  const noServers = whyNoServers();
  const isForServers = !isFast && noServers === undefined;
  if (isForServers) await installForServers();
  const prepared = isForServers ? prepareServers() : undefined;
  await staticChecks();
  const excluded = new Set([...leftOut.map(({ project }) => project), ...slow]);
  const tested = projects().filter((one) => one.manifest.scripts?.['test'] && !excluded.has(nameOf(one)));
  if (!excluded.has('site')) await build();
  if (isFast) await runTests('boundaries and documents', ['boundaries', 'infra'], compiled);
  await runAll(tested, !isFast);
  await prepared;
  if (!isFast) leftOut.push(...(await bench()));
  if (isForServers)
    await step('tests on servers', '../../infra/checks/servers.ts', [], { ...reporting(), ...compiled });
  else if (!isFast) leftOut.push({ project: 'servers', reason: `there can be no lab here: ${noServers}` });
  summary(leftOut, (performance.now() - start) / 1000);
  process.exitCode = failures.length > 0 ? 1 : 0;
};

if (process.argv.includes('--help')) print(usage);
else await main();
