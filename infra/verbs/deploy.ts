import { findEngine } from '../images/engine.ts';
import { buildImages } from '../images/build.ts';
import { currentRelease as checkedOut } from '../images/release.ts';
import { services, type Tier } from '../images/services.ts';
import { knownInstances } from '../inventory/cores.ts';
import { messageOf } from '../local/message.ts';
import { complete } from './deploy/complete.ts';
import { type Fleet, readFleet, releaseServers } from './deploy/fleet.ts';
import { migrate } from './deploy/migrate.ts';
import { isDone, lackedImages, type Plan, planRelease } from './deploy/plan.ts';
import { goBack, roll } from './deploy/roll.ts';
import { localImages, placeAssets, sendImages, sendThroughRegistry } from './deploy/ship.ts';
import { findingsOf } from './status/judge.ts';
import { readStatus } from './status/collect.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { type ExitCode, exitCodes, VerbError } from './support/exit-codes.ts';
import { runVerb, type VerbContext } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'deploy',
  summary: 'Brings a release to every server, one instance after the other; a bad one is undone by itself.',
  options: {
    release: { type: 'string', value: 'TAG', help: 'a release that was built before; without it, what is checked out' },
    base: { type: 'string', value: 'IMAGE', help: 'what images are built on; see npx nx image infra -- --help' },
    seed: { type: 'boolean', default: false, help: 'add the demo content, where there is no account yet' },
  },
};

/** Whoever is called goes first: a page of the new release may call what only the new app has. */
const forward: readonly Tier[] = ['app', 'web'];

/** A release is refused by a site of which one more loss would be felt. Its instances are what a deploy may mend. */
const demandHealth = async ({ inventory, servers }: VerbContext): Promise<void> => {
  const status = await readStatus(inventory, servers, knownInstances(inventory));
  const states = Object.entries(status.servers).map(([name, state]) => {
    if ('unreachable' in state) return [name, state] as const;
    const instances = state.instances.map((instance) => ({ ...instance, ready: 200, release: 'any' }));
    return [name, { ...state, instances }] as const;
  });
  const faults = findingsOf(inventory, { servers: Object.fromEntries(states) }).filter(({ isLoss }) => isLoss);
  if (faults.length === 0) return;
  const lines = faults.map(({ what, remedy }) => `  ${what}\n    → ${remedy}`);
  throw new VerbError(`Nothing is deployed while something is wrong:\n${lines.join('\n')}`);
};

const linesOf = (
  { before, steps }: Plan,
  isBuilt: boolean,
  lacked: ReadonlyMap<string, readonly string[]>,
): string[] => [
  ...(isBuilt ? [] : ['build its images']),
  ...[...lacked].map(([server, names]) => `send ${names.join(', ')} to ${server}`),
  'place its assets on every web server',
  'migrate the database: migrations only add, so the old release goes on',
  ...steps.map(({ tier, instances }) => {
    if (instances.length === 0) return `${tier}: runs it everywhere`;
    const names = instances.map(({ server, number }) => `${server}/${number}`).join(', ');
    return `${tier}: ${names}${before ? ', the first one watched for 20 s' : ''}`;
  }),
  before ? `on any failure: everything back to ${before}` : 'it is the first release: there is none to go back to',
];

type Wanted = { readonly tag: string; readonly isCheckedOut: boolean };

const wantedRelease = ({ given }: VerbContext): Wanted => {
  const { tag } = checkedOut();
  const named = given.values['release'] as string | undefined;
  return { tag: named ?? tag, isCheckedOut: named === undefined || named === tag };
};

/** Where a release's images are. */
type Images = { readonly lacked: ReadonlyMap<string, readonly string[]>; readonly isBuilt: boolean };

const findImages = async (context: VerbContext, tag: string, fleet: Fleet): Promise<Images> => {
  const { inventory, report } = context;
  const unsent = lackedImages(inventory, fleet, tag, {});
  const here = await localImages(await findEngine(report.say), tag);
  const isBuilt = services.every((service) => here[service] !== undefined);
  // Servers may have it from another machine; what was built here is what shall run.
  return {
    lacked: isBuilt ? lackedImages(inventory, fleet, tag, here) : unsent,
    isBuilt: isBuilt || unsent.size === 0,
  };
};

/** Builds the images, unless they are somewhere. */
const build = async (context: VerbContext, { tag, isCheckedOut }: Wanted, fleet: Fleet): Promise<Images> => {
  const { given, report } = context;
  const found = await findImages(context, tag, fleet);
  if (found.isBuilt) return found;
  if (!isCheckedOut) {
    const sentence = `There are no images of release ${tag} here, and not every server has them`;
    throw new VerbError(`${sentence}: check that commit out and deploy it.`);
  }
  await report.step('', `build ${tag}`, async (say) => {
    const base = given.values['base'] as string | undefined;
    await buildImages(await findEngine(say), services, checkedOut(), base, say);
  });
  return findImages(context, tag, fleet);
};

const ship = async (context: VerbContext, tag: string, { lacked }: Images): Promise<void> => {
  if (lacked.size === 0) return;
  const engine = await findEngine(context.report.say);
  const { registry } = context.inventory;
  if (registry === undefined) await sendImages(context, engine, tag, lacked);
  else await sendThroughRegistry(context, engine, registry, tag, lacked);
};

const deploy = (context: VerbContext): Promise<ExitCode> => {
  const { inventory, servers, report, given, locked } = context;
  const wanted = wantedRelease(context);
  const { tag } = wanted;
  const started = performance.now();
  return locked(async (assertHeld) => {
    await demandHealth(context);
    const names = releaseServers(inventory);
    const fleet = await readFleet(servers, names);
    const plan = planRelease(inventory, fleet, tag, forward);
    const { isBuilt, lacked } = await findImages(context, tag, fleet);
    const title = `deploy ${tag} to ${inventory.name}${plan.before ? `, which runs ${plan.before}` : ''}`;
    report.plan(title, linesOf(plan, isBuilt, lacked));
    if (given.isDryRun) return exitCodes.done;

    const images = await build(context, wanted, fleet);
    assertHeld();
    await ship(context, tag, images);
    await placeAssets(context, tag);
    assertHeld();
    await migrate(context, tag, 'up');
    if (given.values['seed']) await migrate(context, tag, 'seed');
    const code = await replaceAll(context, tag, assertHeld);
    const seconds = Math.round((performance.now() - started) / 1_000);
    const outcome = { release: tag, before: plan.before ?? null, isDone: code === exitCodes.done, seconds };
    if (given.isJson) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    if (outcome.isDone) report.done(`${tag} runs on ${names.join(', ')}. It took ${seconds} s.`);
    return code;
  });
};

/** Replaces every instance; when one fails, all of them again. */
const replaceAll = async (context: VerbContext, tag: string, assertHeld: () => void): Promise<ExitCode> => {
  const { inventory, servers, report } = context;
  const fleet = await readFleet(servers, releaseServers(inventory));
  const plan = planRelease(inventory, fleet, tag, forward);
  if (isDone(plan)) report.say(`Every instance runs ${tag} already.`);
  try {
    await roll(context, fleet, plan, plan.before !== undefined, assertHeld);
  } catch (error) {
    // Without the lock nothing may be touched, and whoever holds it now sees what was done.
    assertHeld();
    const reason = context.signal.aborted ? 'Stopped.' : messageOf(error);
    report.say(reason);
    if (plan.before === undefined)
      throw new VerbError(`${tag} is not complete, and there is no earlier release to go back to.`, exitCodes.failed, {
        cause: error,
      });
    report.say(`Everything goes back to ${plan.before}.`);
    await goBack(context, plan.before, assertHeld);
    report.done(`${tag} was undone: every server runs ${plan.before} again. The reason: ${reason}`);
    return exitCodes.failed;
  }
  assertHeld();
  await complete(context, tag, plan.previous);
  return exitCodes.done;
};

await runVerb(definition, deploy);
