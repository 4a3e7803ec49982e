import { writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { dim, print } from '@scale-up/infra/local/terminal.ts';
import { usualRate } from '../traffic/load.ts';
import { seedOfRun } from '../traffic/random.ts';
import { interrupted, patience, show, whole } from './console.ts';
import { limitText } from './limits.ts';
import { allMarks, pickMarks } from './marks/index.ts';
import { type Mark, measure } from './measure.ts';
import { restore } from './restore.ts';
import { Scene } from './scene.ts';
import { ServersSite } from './servers-site.ts';
import { markdownTable, type Measured } from './table.ts';

const usage = `usage: npm run marks -- [-i INVENTORY] [--lab NAME] [--only MARK,…] [--repeat N] [--rate N] [--minutes N] [--json FILE] [--over-ssh] [--list]
Runs 200 requests a second, one in five a write, against the site on its servers, breaks one thing after another, and says for each what
it cost. Exit code 1 when a mark was missed.
  -i FILE         the inventory, relative to infra/ (inventory/three-servers.yml)
  --lab NAME      a lab with another name than the inventory's; without a lab, the servers of the inventory, over SSH
  --over-ssh      a lab's servers are broken as others would be: over SSH, from within
  --only MARK,…   these alone, by name or number: --only 3,14-crash
  --repeat N      all of them N times (1)
  --rate N        requests a second (200)
  --minutes N     how long nothing happens in mark 19 (5)
  --json FILE     everything that was measured
  --list          the marks`;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      inventory: { type: 'string', short: 'i', default: 'inventory/three-servers.yml' },
      lab: { type: 'string' },
      only: { type: 'string', default: '' },
      repeat: { type: 'string', default: '1' },
      rate: { type: 'string', default: String(usualRate) },
      minutes: { type: 'string', default: '5' },
      json: { type: 'string' },
      'over-ssh': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const marks = pickMarks(allMarks(whole('minutes', values.minutes)), values.only.split(',').filter(Boolean));
  return {
    ...values,
    marks,
    isOverSsh: values['over-ssh'],
    repeat: whole('repeat', values.repeat),
    rate: whole('rate', values.rate),
    inventory: resolve(root, 'infra', values.inventory),
  };
};

const listLine = ({ name, what, limits }: Mark): string => `${name.padEnd(12)} ${what}: ${limitText(limits)}`;

/** Measures one mark; a site that a fault of the measuring left broken is mended, and the fault passed on. */
const measureOne = async (scene: Scene, mark: Mark): Promise<Measured> => {
  const say = (text: string): void => print(dim(`    ${text}`));
  print(dim(`  ${mark.name}: ${mark.what}`));
  try {
    return await measure(scene, mark, say);
  } catch (error) {
    await restore(scene.site);
    throw error;
  }
};

const run = async ({
  marks,
  repeat,
  rate,
  inventory,
  lab,
  isOverSsh,
  json,
}: ReturnType<typeof readArguments>): Promise<boolean> => {
  const seed = seedOfRun();
  const site = new ServersSite({ inventory, lab, isOverSsh });
  print(`${site.hands.where}, ${cpus().length} cores, Linux ${release()}, seed ${seed}, ${rate} requests/s`);
  const measured: Measured[] = [];
  let isWell = true;
  await site.untilWhole(patience, (text) => print(dim(`  ${text}`)));
  const scene = await Scene.open(site, seed, rate);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      print('stopped: putting everything back');
      void restore(site).finally(() => process.exit(interrupted));
    });
  }
  try {
    for (let round = 0; round < repeat; round += 1) {
      for (const mark of marks) {
        try {
          const one = await measureOne(scene, mark);
          measured.push(one);
          isWell &&= one.misses.length === 0;
          show(one);
        } catch (error) {
          isWell = false;
          print(`✘ ${mark.name} could not be measured: ${messageOf(error)}`);
        }
      }
    }
  } finally {
    await scene.close();
    const about = { date: new Date().toISOString(), cores: cpus().length, kernel: release(), seed, rate };
    if (json) writeFileSync(json, `${JSON.stringify({ ...about, measured }, null, 2)}\n`);
  }
  print(`\n${markdownTable(measured)}`);
  return isWell;
};

try {
  const options = readArguments();
  if (options.help) print(usage);
  else if (options.list) for (const mark of options.marks) print(listLine(mark));
  else if (!(await run(options))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
