import { bringBack, returnLines } from './evacuation/return.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { runVerb } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'return',
  summary: 'Lets a server that was evacuated take part again.',
  server: 'required',
};

await runVerb(definition, async (context) => {
  const { inventory, report, given, locked } = context;
  const name = given.server ?? '';
  await locked(async (assertHeld) => {
    report.plan(`return ${name} to ${inventory.name}`, await returnLines(context, name));
    if (given.isDryRun) return;
    await bringBack(context, name, assertHeld);
    report.done(`${name} takes part again.`);
  });
});
