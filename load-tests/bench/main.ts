import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { whyNoBench } from '@scale-up/infra/checks/why-no-bench.ts';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { localFolder, root } from '@scale-up/infra/local/paths.ts';
import { bold, dim, print } from '@scale-up/infra/local/terminal.ts';
import { whole } from '../servers/console.ts';
import { pickMarks } from '../servers/marks/index.ts';
import { behindFloor, markText, misses, valueOf, valueText } from './marks.ts';
import type { Pair, Result } from './pair.ts';
import { allPairs, shortPairs } from './pairs/index.ts';
import { demandPerf, forgetNames, namesOption, writtenNames } from './profile/perf.ts';
import { moveTo } from './programs/pinned.ts';
import { provideTools, ToolsMissing } from './programs/tools.ts';
import { chartOf } from './report/chart.ts';
import { type BenchRecord, documentOf } from './report/document.ts';
import { type ProfiledPair, profilesOf } from './report/profiles.ts';
import { withBench } from './report/readme.ts';
import { tableOf } from './report/table.ts';
import { measurePair, profilePair } from './run.ts';

const usage = `usage: npx nx bench load-tests [-- OPTIONS]
Measures each part of the site beside what a user would put in its place, by turns, in one run. Takes two cores of Linux: one for what is measured, one for who
asks. Exit code 1 when a mark was missed.
  --only NAME,…   these alone, by name or by what names begin with: --only file-small,forward
  --rounds N      of each (5)
  --seconds N     of each contender in each round (5)
  --short         some of them for three minutes; exit code 1 when one is a quarter worse than its mark, or than what it is known to reach
  --profile       measures nothing, and looks where the time of both goes instead; takes root and perf
  --publish       puts it into docs/results (bench.md, bench.svg, bench.json) and the table of README, or with --profile into profiles.md
  --list          what there is, and its marks`;

/** The short bench: long enough that code is compiled, and that the median of three says something. */
const shortPace = { rounds: 3, seconds: 2 };

/** For `npm test`: nothing was measured, and nothing is wrong. */
const notPossible = 3;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      short: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const usual = values.short ? shortPace : { rounds: 5, seconds: 5 };
  const named = values.only.split(',').filter(Boolean);
  const all = values.short ? allPairs.filter(({ name }) => shortPairs.includes(name)) : allPairs;
  return {
    ...values,
    pairs: pickMarks(all, named),
    rounds: whole('rounds', values.rounds ?? String(usual.rounds)),
    seconds: whole('seconds', values.seconds ?? String(usual.seconds)),
  };
};

type Options = ReturnType<typeof readArguments>;

const keep = (record: BenchRecord, folder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}bench.json`, `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(`${folder}bench.svg`, chartOf(record.results));
  writeFileSync(`${folder}bench.md`, documentOf(record));
};

const measure = async (pair: Pair, { rounds, seconds, short }: Options): Promise<Result> => {
  print(`${bold(pair.name)}: ${pair.what}, against ${pair.against}`);
  const pace = { rounds, seconds, warmUp: short ? 2 : 3 };
  const result = await measurePair(pair, pace, (text) => print(dim(`  ${text}`)));
  const missed = misses(result);
  print(`  ${missed.length === 0 ? '✔' : '✘'} ${valueText(result.mark, valueOf(result))} ${missed.join(', ')}`);
  return result;
};

/** What a run is judged by: its marks, or in the short bench whether it fell behind. */
const complaints = (results: readonly Result[], { short }: Options): string[] =>
  short
    ? results.flatMap((result) => behindFloor(result) ?? [])
    : results.flatMap((result) => misses(result).map((miss) => `${result.name}: ${miss}`));

/** Makes the machine ready, and says what it is. */
const prepare = async () => {
  const why = whyNoBench();
  if (why !== undefined) throw new Error(`There can be no bench here: ${why}.`);
  await provideTools();
  // This process asks no more than a child does.
  moveTo('others', process.pid);
  const { node } = process.versions;
  const words = process.argv.slice(2).filter((word) => word !== '--publish');
  const command = ['npx nx bench load-tests', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  const about = { cores: cpus().length, processor: cpus()[0]?.model.trim() ?? '', kernel: release(), node };
  print(`${about.processor}, ${about.cores} cores, Linux ${about.kernel}, Node ${node}`);
  return { date: new Date().toISOString(), command, ...about };
};

/** Looks where the time of pairs goes. */
const profile = async ({ pairs, publish }: Options): Promise<void> => {
  await demandPerf();
  const written = writtenNames();
  process.env['NODE_OPTIONS'] = namesOption;
  const about = await prepare();
  const profiled: ProfiledPair[] = [];
  try {
    for (const pair of pairs.filter(({ lacks }) => lacks?.() === undefined)) {
      print(bold(`${pair.name}: ${pair.what}, against ${pair.against}`));
      profiled.push({ what: pair.what, against: pair.against, profiles: await profilePair(pair) });
    }
  } finally {
    forgetNames(written);
  }
  const text = profilesOf({ ...about, pairs: profiled });
  writeFileSync(publish ? `${root}docs/results/profiles.md` : `${localFolder}bench/profiles.md`, text);
  print(`\n${text}`);
};

const run = async (options: Options): Promise<boolean> => {
  const about = await prepare();
  const results: Result[] = [];
  const leftOut: string[] = [];
  for (const pair of options.pairs) {
    const lack = pair.lacks?.();
    if (lack === undefined) results.push(await measure(pair, options));
    else {
      leftOut.push(`${pair.what}, against ${pair.against}: ${lack}`);
      print(`– left out: ${pair.name}, because ${lack}`);
    }
  }
  const record: BenchRecord = { ...about, results, leftOut };
  keep(record, `${localFolder}bench/`);
  if (options.publish) {
    keep(record, `${root}docs/results/`);
    const readme = `${root}README.md`;
    writeFileSync(readme, withBench(readFileSync(readme, 'utf8'), results));
  }
  print(`\n${tableOf(results)}`);
  const found = complaints(results, options);
  for (const text of found) print(`✘ ${text}`);
  return found.length === 0;
};

try {
  const options = readArguments();
  if (options.help) print(usage);
  else if (options.profile) await profile(options);
  else if (options.list)
    for (const { name, what, against, mark } of options.pairs)
      print(`${name.padEnd(30)} ${what}, against ${against}: ${markText(mark)}`);
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof ToolsMissing ? notPossible : 2;
}
