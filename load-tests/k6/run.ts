import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { operations } from '@scale-up/contract';
import { dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { writeWhole } from '@scale-up/infra/local/write-whole.ts';
import type { Plan } from '../scenarios/plan.ts';
import { isCutOff, type Sample, sampleOf } from './lines.ts';
import type { Target } from './target.ts';

/** Registrations are limited to 60 an hour from one address, logins to 20 a minute. */
const people = 10;

type Accounts = Pick<Plan, 'name' | 'password' | 'tokens'>;

/** A name and a password of this machine's own: an account that everybody knows would be anybody's. */
const newAccounts = (): Accounts => ({
  name: `load-test-${randomBytes(4).toString('hex')}`,
  password: randomBytes(18).toString('base64url'),
  tokens: [],
});

const accountsOf = (file: string): Accounts => {
  try {
    return { ...newAccounts(), ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Accounts>) };
  } catch {
    return newAccounts();
  }
};

const endpoints = Object.fromEntries(
  Object.entries(operations).map(([id, { method, path, status }]) => [id, { method, path, status }]),
) as Plan['endpoints'];

/** k6's codes: a threshold was missed; the script ended the run; it was told to stop. */
const codes = { missed: 99, aborted: 108, stopped: 105 } as const;

/** What k6 found of a threshold. */
export type Verdict = { readonly metric: string; readonly rule: string; readonly isKept: boolean };

export type Outcome = {
  readonly samples: readonly Sample[];
  readonly verdicts: readonly Verdict[];
  /** Sentences of k6 about what kept it from doing what it was told. */
  readonly trouble: readonly string[];
  /** Whether it was told to stop before its end. */
  readonly isStopped: boolean;
};

type Summary = {
  readonly metrics: Readonly<
    Record<string, { readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>> }>
  >;
  readonly setup_data?: { readonly tokens?: readonly string[] };
};

const readSummary = (file: string): Summary | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Summary;
  } catch {
    return undefined;
  }
};

const verdictsOf = (summary: Summary | undefined): Verdict[] =>
  Object.entries(summary?.metrics ?? {}).flatMap(([metric, { thresholds = {} }]) =>
    Object.entries(thresholds).map(([rule, { ok }]) => ({ metric, rule, isKept: ok })),
  );

/** Runs of this process, whose files must not be each other's. */
let runs = 0;

export type Running = {
  /** What came so far. */
  readonly samples: readonly Sample[];
  /** Ends it in order: visits are finished, what they made is removed. */
  readonly stop: () => void;
  readonly outcome: Promise<Outcome>;
};

/**
 * Starts k6 with a script and what it needs to know.
 * @param k6 the program
 * @param script of scenarios/
 */
export const startK6 = (
  k6: string,
  target: Target,
  script: 'smoke' | 'visits',
  load: Pick<Plan, 'arrivals' | 'thresholds'>,
): Running => {
  mkdirSync(target.folder, { recursive: true, mode: 0o700 });
  const run = `${process.pid}-${(runs += 1)}`;
  const files = {
    accounts: `${target.folder}accounts.json`,
    plan: `${target.folder}plan-${run}.json`,
    summary: `${target.folder}summary-${run}.json`,
  };
  const accounts = accountsOf(files.accounts);
  writeWhole(files.accounts, JSON.stringify(accounts), 0o600);
  const { url, hosts } = target;
  const plan: Plan = { url, hosts, endpoints, people, ...accounts, ...load, summary: files.summary };
  writeWhole(files.plan, JSON.stringify(plan), 0o600);

  const options = ['--quiet', '--no-usage-report', '--log-format=raw', '--log-output=stdout', '--address='];
  const words = [
    ...target.prefix,
    k6,
    'run',
    ...options,
    `--env=PLAN=${files.plan}`,
    `${root}load-tests/scenarios/${script}.ts`,
  ];
  const launch = dyingWithParent('SIGTERM', { command: words[0] ?? '', args: words.slice(1) });
  const child = spawn(launch.command, launch.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(target.authority !== undefined && { SSL_CERT_FILE: target.authority }) },
  });
  const samples: Sample[] = [];
  const said: string[] = [];
  let isStopped = false;
  const hear = (line: string): void => {
    const sample = sampleOf(line);
    if (isStopped && sample && isCutOff(sample)) return;
    if (sample) samples.push(sample);
    else if (line.trim() !== '') said.push(line.trim());
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);

  const end = async (): Promise<Outcome> => {
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      const summary = readSummary(files.summary);
      const tokens = summary?.setup_data?.tokens;
      if (tokens) writeWhole(files.accounts, JSON.stringify({ ...accounts, tokens }), 0o600);
      const isExpected = code === 0 || code === codes.missed || (isStopped && code === codes.stopped);
      const reason = said.length > 0 ? said.slice(-10) : [`k6 ended with exit code ${code}`];
      return { samples, verdicts: verdictsOf(summary), trouble: isExpected ? [] : reason, isStopped };
    } finally {
      for (const file of [files.plan, files.summary]) rmSync(file, { force: true });
    }
  };
  return {
    samples,
    stop: () => {
      isStopped = true;
      child.kill('SIGINT');
    },
    outcome: end(),
  };
};
