import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { localFolder } from '@scale-up/infra/local/paths.ts';
import { bold, dim, print } from '@scale-up/infra/local/terminal.ts';
import { whole } from '../servers/console.ts';
import { pickMarks } from '../servers/marks/index.ts';
import type { Result } from './pair.ts';
import { apiPairs } from './pairs/api.ts';
import { webPairs } from './pairs/web.ts';
import { provideTools } from './programs/tools.ts';
import { misses, ratioText, tableOf } from './report/table.ts';
import { measurePair } from './run.ts';
import { ratioOf } from './statistics.ts';

const usage = `usage: npx nx bench load-tests [-- OPTIONS]
Measures each part of the site beside what a user would put in its place, by turns, in one run. Takes two cores of Linux: one for what is measured, one for who
asks. Exit code 1 when a mark was missed.
  --only NAME,…   these alone, by name or by what names begin with: --only file-small,forward
  --rounds N      of each (5)
  --seconds N     of each contender in each round (5)
  --json FILE     all figures (.local/bench/bench.json)
  --list          what there is, and its marks`;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      json: { type: 'string', default: `${localFolder}bench/bench.json` },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    ...values,
    pairs: pickMarks([...webPairs, ...apiPairs], values.only.split(',').filter(Boolean)),
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds),
  };
};

const run = async ({ pairs, rounds, seconds, json }: ReturnType<typeof readArguments>): Promise<boolean> => {
  if (process.platform !== 'linux' || cpus().length < 2) throw new Error('The bench needs Linux, and two cores.');
  await provideTools();
  const about = { cores: cpus().length, processor: cpus()[0]?.model.trim() ?? '', kernel: release() };
  print(`${about.processor}, ${about.cores} cores, Linux ${about.kernel}, Node ${process.versions.node}`);
  const results: Result[] = [];
  for (const pair of pairs) {
    print(`${bold(pair.name)}: ${pair.what}, against ${pair.against}`);
    const result = await measurePair(pair, { rounds, seconds, warmUp: 3 }, (text) => print(dim(`  ${text}`)));
    results.push(result);
    const missed = misses(result);
    print(`  ${missed.length === 0 ? '✔' : '✘'} ${ratioText(ratioOf(result))} ${missed.join(', ')}`);
  }
  mkdirSync(`${localFolder}bench`, { recursive: true });
  writeFileSync(json, `${JSON.stringify({ date: new Date().toISOString(), ...about, results }, null, 2)}\n`);
  print(`\n${tableOf(results)}`);
  return results.every((result) => misses(result).length === 0);
};

try {
  const options = readArguments();
  if (options.help) print(usage);
  else if (options.list)
    for (const { name, what, against, mark } of options.pairs)
      print(`${name.padEnd(32)} ${what}, against ${against}: ≥ ${mark} ×`);
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
