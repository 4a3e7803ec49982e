import { parseArgs } from 'node:util';
import { startTestRedis } from '@scale-up/testing';
import { type FaultName, faults } from './faults.ts';
import { loseCommits } from './lost-commits.ts';
import { pick, randomOf, seedOfRun } from '../traffic/random.ts';
import { type Result, startTrial, type Trial, underLoad } from './trial.ts';

const usage = `usage: npm run faults -- [--minutes N] [--seed N] [--only "NAME"] [--list]
Runs the site on this machine under 200 requests a second, breaks one thing after another at random, and compares the database with what was
acknowledged after each. Exit code 1 when a request failed, waited longer than the outage and 1 s, or something was lost or doubled.
  --minutes N   how long (1)
  --seed N      repeats a run; by default another one each time
  --only NAME   that fault alone
  --list        the faults`;

/** Milliseconds a fault lasts. */
const durations = { shortest: 300, longest: 3_000 };
/** Of all COMMITs during a run, so many lose their answer. */
const lostShare = 0.02;

const names = Object.keys(faults) as FaultName[];

const isFault = (name: string): name is FaultName => names.includes(name as FaultName);

/** @throws Error with a sentence about what is wrong with the arguments */
const readArguments = () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      only: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error(`--minutes must be above 0, not "${values.minutes}"`);
  const seed = values.seed === undefined ? seedOfRun() : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 1) throw new Error(`--seed must be a whole number, not "${values.seed}"`);
  const { only, list, help } = values;
  if (only !== undefined && !isFault(only)) throw new Error(`--only must be one of:\n  ${names.join('\n  ')}`);
  return { minutes, seed, list, help, chosen: only === undefined ? names : [only] };
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What is wrong with a round; empty when nothing is. */
const faultsOf = ({ failures, violations, longest, outage }: Result): string[] => {
  const isLate = longest > (outage + 1) * 1000;
  return [...failures, ...violations, ...(isLate ? [`a request took ${longest} ms`] : [])];
};

/** What the instances of app logged as errors, the last few of each. */
const errorsOf = ({ site }: Trial): string[] =>
  site.apps.flatMap((app) =>
    app
      .logs()
      .filter(({ level }) => level === 'error')
      .slice(-3)
      .map((line) => JSON.stringify(line).slice(0, 1_500)),
  );

const run = async ({ minutes, seed, chosen }: ReturnType<typeof readArguments>): Promise<boolean> => {
  print(`seed ${seed}, ${minutes} min`);
  const random = randomOf(seed);
  const lost = loseCommits(random, lostShare, Infinity);
  const redis = await startTestRedis();
  const trial = await startTrial(seed, { instances: 2, watch: lost.watch, env: { REDIS_URL: redis.url } });
  let isWell = true;
  const sums = { sent: 0, failed: 0, rounds: 0 };
  try {
    const end = performance.now() + minutes * 60_000;
    while (performance.now() < end) {
      const name = pick(chosen, random);
      const duration = durations.shortest + random() * (durations.longest - durations.shortest);
      const result = await underLoad(trial, () => faults[name]({ site: trial.site, redis }, duration));
      const wrong = faultsOf(result);
      isWell &&= wrong.length === 0;
      sums.sent += result.sent;
      sums.failed += result.failed;
      sums.rounds += 1;
      const figures = `${result.sent} sent, ${result.failed} failed, longest ${result.longest} ms, outage ${result.outage.toFixed(2)} s`;
      print(`${wrong.length === 0 ? '✔' : '✘'} ${name.padEnd(30)} ${figures}`);
      for (const line of wrong) print(`    ${line}`);
      if (result.failed > 0) for (const line of errorsOf(trial)) print(`    app: ${line}`);
    }
  } finally {
    await trial.stop();
    await redis.stop();
  }
  print(
    `${sums.rounds} faults, ${sums.sent} requests, ${sums.failed} failed, ${lost.total()} answers of COMMIT lost; seed ${seed}`,
  );
  return isWell;
};

try {
  const options = readArguments();
  if (options.help) print(usage);
  else if (options.list) print(names.join('\n'));
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
