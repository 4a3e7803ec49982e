import { evacuate, evacuationLines, planEvacuation } from './evacuation/evacuate.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { runVerb } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'evacuate',
  summary: 'Moves everything away from a server, so that it can be switched off without a request noticing.',
  server: 'required',
};

await runVerb(definition, async (context) => {
  const { inventory, report, given, locked } = context;
  const name = given.server ?? '';
  await locked(async (assertHeld) => {
    const plan = await planEvacuation(context, name);
    report.plan(`evacuate ${name} of ${inventory.name}`, evacuationLines(plan));
    if (given.isDryRun) return;
    await evacuate(context, plan, assertHeld);
    report.done(
      `${name} can be switched off. It stays out, also after a reboot, until: npx nx return infra -- ${name}`,
    );
  });
});
