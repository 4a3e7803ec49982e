import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { print } from '@scale-up/infra/local/terminal.ts';
import type { DrillRecord } from './record.ts';
import { pictureOf } from './report/chart.ts';
import { htmlOf } from './report/html.ts';
import { markdownOf } from './report/markdown.ts';
import { withTable } from './report/readme.ts';

const usage = `usage: npx nx drill-results load-tests [-- --picture MARK] [--newest] [FILE…]
Puts what a drill found into docs/results: its tables, its page, and the picture of one fault; and the marks into README. Several drills become one.
  FILE…           drill.json of each (.local/drill/drill.json)
  --picture MARK  the fault whose picture README shows (9)
  --newest        of each fault only what the last drill found that tried it: for drills between which something was changed`;

/** Several drills as if they had been one: faults of the same name stand in one row. */
export const joined = (records: readonly DrillRecord[]): DrillRecord => {
  const [first] = records;
  if (!first) throw new Error('there is no drill to publish');
  const environment = Object.fromEntries(
    Object.keys(first.environment).map((name) => [
      name,
      [...new Set(records.map((record) => record.environment[name] ?? ''))].join('; '),
    ]),
  );
  return {
    date: first.date,
    // Where somebody put the report says nothing about the drill.
    command: [...new Set(records.map(({ command }) => command.replace(/ --out \S+/, '')))].join('\n'),
    environment,
    took: records.reduce((sum, { took }) => sum + took, 0),
    injections: records.flatMap(({ injections }) => injections),
  };
};

/** Of each fault what the last drill found that tried it, and nothing of those before. */
export const newest = (records: readonly DrillRecord[]): DrillRecord[] => {
  const sorted = records.toSorted((a, b) => a.date.localeCompare(b.date));
  const last = new Map(sorted.flatMap((record) => record.injections.map(({ mark }) => [mark, record] as const)));
  return sorted.map((record) => ({
    ...record,
    injections: record.injections.filter(({ mark }) => last.get(mark) === record),
  }));
};

const main = (): void => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      picture: { type: 'string', default: '9' },
      newest: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return print(usage);
  const files = positionals.length > 0 ? positionals : ['.local/drill/drill.json'];
  const records = files.map((file) => JSON.parse(readFileSync(resolve(root, file), 'utf8')) as DrillRecord);
  const record = joined(values.newest ? newest(records) : records);
  const shown = record.injections.find(({ mark }) => mark === values.picture);
  if (!shown) throw new Error(`no fault of the drill is called ${values.picture}`);
  const folder = `${root}docs/results/`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}drill.md`, markdownOf(record));
  writeFileSync(`${folder}drill.html`, htmlOf(record));
  writeFileSync(`${folder}drill.svg`, pictureOf(shown));
  writeFileSync(`${root}README.md`, withTable(readFileSync(`${root}README.md`, 'utf8'), record.injections));
  print(`README.md; docs/results: drill.md, drill.html, drill.svg (${shown.what})`);
};

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 2;
  }
}
