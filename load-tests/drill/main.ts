import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { bold, dim, print } from '@scale-up/infra/local/terminal.ts';
import { findK6, version } from '../k6/program.ts';
import { findTarget } from '../k6/target.ts';
import { interrupted, patience, show, whole } from '../servers/console.ts';
import { limitText } from '../servers/limits.ts';
import { runningRelease } from '../servers/releases/derive.ts';
import { restore } from '../servers/restore.ts';
import { Scene } from '../servers/scene.ts';
import { ServersSite } from '../servers/servers-site.ts';
import { markdownTable } from '../servers/table.ts';
import { seedOfRun } from '../traffic/random.ts';
import { breakages } from './breakage.ts';
import { allFaults, pickFaults } from './faults/index.ts';
import { K6Load, strayText } from './k6-load.ts';
import { orderOf } from './order.ts';
import type { DrillRecord, Injection } from './record.ts';
import { htmlOf } from './report/html.ts';
import { junitOf } from './report/junit.ts';
import { RolesWatch } from './roles-watch.ts';
import { inject } from './run.ts';

const usage = `usage: npx nx drill load-tests [-- OPTIONS]
Sends load with k6 to the site on its servers, breaks one thing after another, and says what each cost: a page with pictures, JSON and
JUnit. Exit code 1 when a mark was missed.
  --only NAME,…   these alone, by name or the beginning of one: --only 8,haproxy,postgres-freeze
  --repeat N      all of them N times (1)
  --list          what can be done to the site
  --shuffle       in another order each time
  --seed N        repeats a run: its order and its requests
  --rate N        requests a second, of which an observer sends a quarter and keeps the books (200)
  --broken NAME   breaks the site first, and mends it afterwards, to see that the drill finds it: outcomes (of writes are not stored), synchronous
                  (commits wait for no standby)
  --minutes N     how long nothing happens in mark 19 (60)
  --out FOLDER    where the report goes (.local/drill)
  -i FILE         the inventory, relative to infra/ (inventory/three-servers.yml)
  --lab NAME      a lab with another name than the inventory's; without a lab, the servers of the inventory, over SSH
  --over-ssh      a lab's servers are broken as others would be: over SSH, from within`;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      inventory: { type: 'string', short: 'i', default: 'inventory/three-servers.yml' },
      lab: { type: 'string' },
      only: { type: 'string', default: '' },
      repeat: { type: 'string', default: '1' },
      seed: { type: 'string' },
      rate: { type: 'string', default: '200' },
      broken: { type: 'string' },
      minutes: { type: 'string', default: '60' },
      out: { type: 'string', default: '.local/drill' },
      shuffle: { type: 'boolean', default: false },
      'over-ssh': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const breakage = values.broken === undefined ? undefined : breakages[values.broken];
  if (values.broken !== undefined && !breakage)
    throw new Error(`--broken is one of ${Object.keys(breakages).join(', ')}, not "${values.broken}"`);
  const faults = pickFaults(allFaults(whole('minutes', values.minutes)), values.only.split(',').filter(Boolean));
  return {
    ...values,
    faults,
    breakage,
    isOverSsh: values['over-ssh'],
    repeat: whole('repeat', values.repeat),
    rate: whole('rate', values.rate),
    seed: values.seed === undefined ? seedOfRun() : whole('seed', values.seed),
    inventory: resolve(root, 'infra', values.inventory),
    out: resolve(root, values.out),
  };
};

type Arguments = ReturnType<typeof readArguments>;

/** Of all requests: enough to keep books of every kind of write, few enough for k6 to be the load. */
const observed = 0.25;

const writeReport = (folder: string, record: DrillRecord): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/drill.html`, htmlOf(record));
  writeFileSync(`${folder}/drill.json`, `${JSON.stringify(record)}\n`);
  writeFileSync(`${folder}/drill.junit.xml`, junitOf(record));
};

const run = async (options: Arguments): Promise<boolean> => {
  const { inventory, lab, isOverSsh, rate, seed, out, breakage } = options;
  const site = new ServersSite({ inventory, lab, isOverSsh });
  const k6 = await findK6();
  const order = orderOf(options.faults, options);
  print(
    bold(
      `${order.length} faults, ${rate} requests/s, ${site.hands.where}, ${cpus().length} cores, Linux ${release()}, seed ${seed}`,
    ),
  );
  await site.untilWhole(patience, (text) => print(dim(`  ${text}`)));
  const began = Date.now();
  const environment = {
    servers: site.hands.where,
    cores: `${cpus().length}, for the servers and for those who send`,
    kernel: release(),
    node: process.version,
    k6: version,
    release: await runningRelease(site),
    rate: `${rate} requests/s, one in five a write`,
    ...(breakage && { 'broken on purpose': breakage.what }),
    seed: String(seed),
  };
  const load = new K6Load(k6, findTarget(inventory, lab), rate * (1 - observed));
  const roles = new RolesWatch(site);
  const injections: Injection[] = [];
  let isWell = true;
  const stop = (): void => {
    print('stopped: putting everything back');
    void Promise.all([restore(site).then(() => breakage?.mend(site)), load.stop()]).finally(() =>
      process.exit(interrupted),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    if (breakage) {
      print(`broken on purpose: ${breakage.what}`);
      await breakage.make(site);
    }
    await load.untilThere(patience);
    const scene = await Scene.open(site, seed, Math.max(1, Math.round(rate * observed)), load);
    try {
      for (const [index, fault] of order.entries()) {
        print(dim(`  ${index + 1}/${order.length} ${fault.name}: ${fault.what}`));
        try {
          const injection = await inject(scene, fault, roles, (text) => print(dim(`    ${text}`)));
          injections.push(injection);
          isWell &&= injection.misses.length === 0;
          show(injection);
        } catch (error) {
          isWell = false;
          print(`✘ ${fault.name} could not be measured: ${messageOf(error)}`);
        }
        const command = `npx nx drill load-tests -- ${process.argv.slice(2).join(' ')}`.trim();
        // After each: a run that is interrupted has its report, too.
        writeReport(out, {
          date: new Date(began).toISOString(),
          command,
          environment,
          took: (Date.now() - began) / 1_000,
          injections,
        });
      }
    } finally {
      await scene.close();
    }
  } finally {
    await breakage?.mend(site);
    await roles.stop();
    const { trouble } = await load.stop();
    for (const sentence of trouble) print(`✘ k6: ${sentence}`);
    isWell &&= trouble.length === 0;
  }
  const strays = load.strays();
  if (strays.length > 0) {
    isWell = false;
    print(`✘ ${strays.length} requests failed between two faults:`);
    for (const stray of strays.slice(0, 10)) print(`  ${strayText(stray)}`);
  }
  print(`\n${markdownTable(injections)}\n\n${out}/drill.html`);
  return isWell;
};

if (import.meta.main) {
  try {
    const options = readArguments();
    if (options.help) print(usage);
    else if (options.list)
      for (const fault of options.faults) print(`${fault.name.padEnd(28)} ${fault.what}: ${limitText(fault.limits)}`);
    else if (!(await run(options))) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 2;
  }
}
