import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { whyNoBench } from '@scale-up/infra/checks/why-no-bench.ts';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { localFolder, root } from '@scale-up/infra/local/paths.ts';
import { bold, print } from '@scale-up/infra/local/terminal.ts';
import { whole } from '../../servers/console.ts';
import { whyNoHaproxy } from '../programs/haproxy.ts';
import { moveTo } from '../programs/pinned.ts';
import { whyNoQuota } from '../programs/quota.ts';
import { provideTools } from '../programs/tools.ts';
import { check, isRight } from './check.ts';
import { withCosts } from './document.ts';
import { type Costs, usualMix } from './kinds.ts';
import { measureCosts } from './measure.ts';
import { type Fleet, limitsOf } from './model.ts';
import { costTable } from './table.ts';

const usage = `usage: npx nx capacity load-tests [-- OPTIONS]
Predicts how many requests a second servers bear, from what a request costs each tier. The requests are those of the load tests' visitors: one in five writes.
  --servers N     with every tier on each (3)
  --web N, --app N   instead: tiers on servers of their own, behind one active balancer and in front of one primary
  --cores N       of each server (2)
  --gigabits N    of the network card that has the VIP (1)
  --measure       measures first what a request costs, for two minutes; takes root and the lab's image; --publish puts it into
                  docs/capacity.md
  --check         whether the model is right about 1, 2 and 3 instances of app: a stress of each, some six minutes; takes root. Exit code 1 when it is off by
                  more than 15 %`;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      servers: { type: 'string' },
      web: { type: 'string' },
      app: { type: 'string' },
      cores: { type: 'string', default: '2' },
      gigabits: { type: 'string', default: '1' },
      measure: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const isSeparate = values.web !== undefined || values.app !== undefined;
  if (isSeparate && values.servers !== undefined)
    throw new Error('Either --servers, each with every tier, or --web and --app.');
  const common = { cores: whole('cores', values.cores), gigabits: whole('gigabits', values.gigabits) };
  const fleet: Fleet = isSeparate
    ? { ...common, web: whole('web', values.web ?? '1'), app: whole('app', values.app ?? '1') }
    : { ...common, servers: whole('servers', values.servers ?? '3') };
  return { ...values, fleet };
};

const files = {
  own: `${localFolder}bench/costs.json`,
  published: `${root}docs/results/costs.json`,
  page: `${root}docs/capacity.md`,
};

const keptCosts = (): Costs => {
  const file = [files.own, files.published].find((one) => existsSync(one));
  if (file === undefined) throw new Error('What a request costs was not measured yet: --measure does.');
  return JSON.parse(readFileSync(file, 'utf8')) as Costs;
};

const prepare = async (why: string | undefined): Promise<void> => {
  const lack = whyNoBench() ?? why;
  if (lack !== undefined) throw new Error(`That cannot be measured here: ${lack}.`);
  await provideTools();
  moveTo('others', process.pid);
};

const measure = async (isPublished: boolean): Promise<Costs> => {
  await prepare(whyNoHaproxy());
  const costs = await measureCosts();
  mkdirSync(`${localFolder}bench`, { recursive: true });
  writeFileSync(files.own, `${JSON.stringify(costs, null, 2)}\n`);
  if (isPublished) {
    writeFileSync(files.published, `${JSON.stringify(costs, null, 2)}\n`);
    writeFileSync(files.page, withCosts(readFileSync(files.page, 'utf8'), costs));
  }
  return costs;
};

const predict = (costs: Costs, fleet: Fleet): void => {
  print(`${bold('What a request costs')}, µs of a core (${costs.processor}, ${costs.date.slice(0, 10)}):`);
  print(costTable(costs, usualMix));
  print(`\n${bold('What is reached first')}, requests a second of the usual mix:`);
  const limits = limitsOf(costs, usualMix, fleet);
  for (const { what, rate } of limits) print(`  ${String(Math.round(rate)).padStart(8)}  ${what}`);
  print(`The knee is at ${Math.round(limits[0]?.rate ?? 0)} requests/s.`);
};

const runCheck = async (): Promise<boolean> => {
  await prepare(whyNoQuota());
  const found = await check();
  for (const one of found) {
    const off = `${((one.found / one.predicted - 1) * 100).toFixed(0)} %`;
    print(
      `${isRight(one) ? '✔' : '✘'} ${one.instances} of app: ${Math.round(one.found)} requests/s, predicted ${Math.round(one.predicted)} (${off})`,
    );
  }
  return found.every(isRight);
};

try {
  const options = readArguments();
  if (options.help) print(usage);
  else if (options.check) process.exitCode = (await runCheck()) ? 0 : 1;
  else predict(options.measure ? await measure(options.publish) : keptCosts(), options.fleet);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 2;
}
