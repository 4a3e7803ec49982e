import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { bold, dim, print } from '@scale-up/infra/local/terminal.ts';
import { visitors, type Workload, type WorkloadName, workloads } from '../scenarios/workloads.ts';
import { arrivalsOf, stretched } from './arrivals.ts';
import { failures, findingsOf, stepFigures, stepTable, table } from './judge.ts';
import { figuresOf, type Sample } from './lines.ts';
import { findK6 } from './program.ts';
import { type Running, startK6 } from './run.ts';
import { growthOf, watchServers } from './server-watch.ts';
import { findTarget, type Target } from './target.ts';

const names = Object.keys(workloads) as WorkloadName[];

const usage = `usage: npx nx smoke|load|spike|stress|soak load-tests [-- OPTIONS]
Sends load with k6 to the site, each request once, whether or not earlier ones are answered. Exit code 1 when something was not kept.
  smoke    every operation of the contract once, and the first page
${names.map((name) => `  ${name.padEnd(8)} ${workloads[name].what}`).join('\n')}
OPTIONS
  --rate N        requests a second (${names.map((name) => `${name} ${workloads[name].rate}`).join(', ')})
  --minutes N     how long load and soak hold it
  -i FILE         the inventory of the lab, relative to infra/ (inventory/three-servers.yml)
  --lab NAME      a lab with another name than the inventory's
  --json FILE     all figures
ENVIRONMENT
  ADDRESS         another site than the lab's, such as https://www.example.com
  SSL_CERT_FILE   authorities that vouch for it, where the system's do not`;

const positive = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && value <= 100_000) return value;
  throw new Error(`--${name} must be a number above 0, not "${text}"`);
};

const readArguments = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rate: { type: 'string' },
      minutes: { type: 'string' },
      inventory: { type: 'string', short: 'i', default: 'inventory/three-servers.yml' },
      lab: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name = '', ...others] = positionals;
  const known = ['smoke', ...names];
  if (!values.help && (!known.includes(name) || others.length > 0))
    throw new Error(`One of ${known.join(', ')} is to be run, not "${positionals.join(' ')}"; --help says more.`);
  return {
    ...values,
    name: name as WorkloadName | 'smoke',
    rate: positive('rate', values.rate),
    minutes: positive('minutes', values.minutes),
    inventory: resolve(root, 'infra', values.inventory),
  };
};

type Arguments = ReturnType<typeof readArguments>;

/** Milliseconds between two lines about how it goes. */
const lineEvery = 10_000;

const sayHowItGoes = (samples: readonly Sample[], began: number): void => {
  const now = Date.now();
  const recent = samples.filter(({ at, took }) => at + took > now - lineEvery);
  const { failed, p50, p99 } = figuresOf(recent);
  const time = new Date(now - began).toISOString().slice(11, 19);
  const all = samples.filter(({ status }) => status === 0 || status >= 500).length;
  const rate = Math.round(recent.length / (lineEvery / 1_000));
  print(
    dim(
      `  ${time}  ${rate} requests/s, median ${p50} ms, p99 ${p99} ms, ${failed} failed (${all} since the beginning)`,
    ),
  );
};

/** Ends a stress behind its first step that was not borne. */
const endAtKnee = (running: Running): NodeJS.Timeout =>
  setInterval(() => {
    if (stepFigures(running.samples, 'stress').some(({ isBorne }) => !isBorne)) running.stop();
  }, 1_000);

const start = (k6: string, target: Target, { name, rate, minutes }: Arguments): Running => {
  if (name === 'smoke') return startK6(k6, target, 'smoke', { arrivals: [], thresholds: {} });
  const workload: Workload = workloads[name];
  const stages = name === 'load' || name === 'soak' ? stretched(workload.stages, minutes) : workload.stages;
  const arrivals = arrivalsOf(stages, rate ?? workload.rate);
  return startK6(k6, target, 'visits', { arrivals, thresholds: workload.thresholds });
};

const describe = ({ name, rate, minutes }: Arguments, { url }: Target): string => {
  if (name === 'smoke') return `smoke: every operation of ${url} once`;
  const { what, rate: usual } = workloads[name];
  const hold = minutes === undefined ? '' : ` (${minutes} min)`;
  const kinds = Object.entries(visitors).map(([kind, { share }]) => `${Math.round(share * 100)} % ${kind}s`);
  return `${name}: ${rate ?? usual} requests/s to ${url}, ${what}${hold}; visitors: ${kinds.join(', ')}`;
};

const run = async (options: Arguments): Promise<boolean> => {
  const { name, json } = options;
  const target = findTarget(options.inventory, options.lab);
  const k6 = await findK6();
  print(bold(describe(options, target)));
  const running = start(k6, target, options);
  const began = Date.now();
  const timers = [setInterval(() => sayHowItGoes(running.samples, began), lineEvery)];
  if (name === 'stress') timers.push(endAtKnee(running));
  const watch = name === 'soak' && target.servers ? watchServers(target.servers) : undefined;
  const stop = (): void => {
    print('stopped: visits are finished, and what they made is removed');
    running.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  try {
    const outcome = await running.outcome;
    const readings = (await watch?.stop()) ?? [];
    const findings = [...findingsOf(name, outcome), ...growthOf(readings)];
    print(`\n${table(outcome.samples)}`);
    if (name === 'stress') print(`\n${stepTable(outcome.samples)}`);
    for (const line of failures(outcome.samples, 5)) print(dim(`  ${line}`));
    print('');
    for (const { isKept, text } of findings) print(`${isKept ? '✔' : '✘'} ${text}`);
    if (json)
      writeFileSync(
        json,
        `${JSON.stringify({ name, url: target.url, date: new Date(began).toISOString(), all: figuresOf(outcome.samples), findings, readings }, null, 2)}\n`,
      );
    return findings.every(({ isKept }) => isKept) && outcome.samples.length > 0;
  } finally {
    for (const timer of timers) clearInterval(timer);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
};

try {
  const options = readArguments();
  if (options.help) print(usage);
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
