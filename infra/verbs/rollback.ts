import { complete } from './deploy/complete.ts';
import { readFleet, releaseServers } from './deploy/fleet.ts';
import { currentRelease, isDone, lackedImages, planRelease, previousRelease } from './deploy/plan.ts';
import { roll } from './deploy/roll.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { VerbError } from './support/exit-codes.ts';
import { runVerb, type VerbContext } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'rollback',
  summary: 'Brings the release before the current one back, instance by instance; the database stays as it is.',
};

/** Whoever calls goes first: the older web calls nothing that only the newer app has. */
const backward = ['web', 'app'] as const;

const rollback = async (context: VerbContext): Promise<void> => {
  const { inventory, servers, report, given, locked } = context;
  await locked(async (assertHeld) => {
    const fleet = await readFleet(servers, releaseServers(inventory));
    const current = currentRelease(fleet);
    if (current === undefined) throw new VerbError('No release was ever completed here: npx nx deploy infra.');
    // A deploy that was stopped half-way is what is undone first.
    const isHalfWay = !isDone(planRelease(inventory, fleet, current, backward));
    const target = isHalfWay ? current : previousRelease(fleet);
    if (target === undefined) throw new VerbError(`${current} is the first release: there is none before it.`);
    const missing = [...lackedImages(inventory, fleet, target, {}).keys()];
    if (missing.length > 0) {
      throw new VerbError(
        `${missing.join(' and ')} have no images of ${target} any more: npx nx deploy infra -- --release ${target}`,
      );
    }
    const plan = planRelease(inventory, fleet, target, backward);
    const lines = plan.steps.map(
      ({ tier, instances }) =>
        `${tier}: ${instances.map(({ server, number }) => `${server}/${number}`).join(', ') || 'nothing to do'}`,
    );
    report.plan(
      `roll ${inventory.name} back to ${target}${isHalfWay ? ', the last that was complete' : ` from ${current}`}`,
      lines,
    );
    if (given.isDryRun) return;
    await roll(context, fleet, plan, false, assertHeld);
    assertHeld();
    await complete(context, target, isHalfWay ? (previousRelease(fleet) ?? null) : current);
    report.done(`${target} runs again on ${Object.keys(fleet).join(', ')}.`);
  });
};

await runVerb(definition, rollback);
