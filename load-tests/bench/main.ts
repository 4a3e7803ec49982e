import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { localFolder, root } from '@scale-up/infra/local/paths.ts';
import { bold, dim, print } from '@scale-up/infra/local/terminal.ts';
import { whole } from '../servers/console.ts';
import { pickMarks } from '../servers/marks/index.ts';
import type { Result } from './pair.ts';
import { apiPairs } from './pairs/api.ts';
import { tracesPairs } from './pairs/traces.ts';
import { webPairs } from './pairs/web.ts';
import { provideTools } from './programs/tools.ts';
import { chartOf } from './report/chart.ts';
import { type BenchRecord, documentOf } from './report/document.ts';
import { misses, ratioText, tableOf } from './report/table.ts';
import { measurePair } from './run.ts';
import { ratioOf } from './statistics.ts';

const usage = `usage: npx nx bench load-tests [-- OPTIONS]
Measures each part of the site beside what a user would put in its place, by turns, in one run. Takes two cores of Linux: one for what is measured, one for who
asks. Exit code 1 when a mark was missed.
  --only NAME,…   these alone, by name or by what names begin with: --only file-small,forward
  --rounds N      of each (5)
  --seconds N     of each contender in each round (5)
  --publish       puts it into docs/results: bench.md, bench.svg, bench.json
  --list          what there is, and its marks`;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      publish: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    ...values,
    pairs: pickMarks([...webPairs, ...apiPairs, ...tracesPairs], values.only.split(',').filter(Boolean)),
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds),
  };
};

const keep = (record: BenchRecord, folder: string): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}bench.json`, `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(`${folder}bench.svg`, chartOf(record.results));
  writeFileSync(`${folder}bench.md`, documentOf(record));
};

const run = async ({ pairs, rounds, seconds, publish }: ReturnType<typeof readArguments>): Promise<boolean> => {
  if (process.platform !== 'linux' || cpus().length < 2) throw new Error('The bench needs Linux, and two cores.');
  await provideTools();
  const { node } = process.versions;
  const about = { cores: cpus().length, processor: cpus()[0]?.model.trim() ?? '', kernel: release(), node };
  print(`${about.processor}, ${about.cores} cores, Linux ${about.kernel}, Node ${node}`);
  const results: Result[] = [];
  for (const pair of pairs) {
    print(`${bold(pair.name)}: ${pair.what}, against ${pair.against}`);
    const result = await measurePair(pair, { rounds, seconds, warmUp: 3 }, (text) => print(dim(`  ${text}`)));
    results.push(result);
    const missed = misses(result);
    print(`  ${missed.length === 0 ? '✔' : '✘'} ${ratioText(ratioOf(result))} ${missed.join(', ')}`);
  }
  const words = process.argv.slice(2).filter((word) => word !== '--publish');
  const command = ['npx nx bench load-tests', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  const record: BenchRecord = { date: new Date().toISOString(), command, ...about, results };
  keep(record, `${localFolder}bench/`);
  if (publish) keep(record, `${root}docs/results/`);
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
