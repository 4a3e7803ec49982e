import { leaderOf } from './database/cluster.ts';
import { evacuate, evacuationLines, planEvacuation } from './evacuation/evacuate.ts';
import { bootAnew } from './evacuation/reboot.ts';
import { rebootOrder } from './evacuation/order.ts';
import { bringBack } from './evacuation/return.ts';
import { clusterOf, lookAtAll } from './evacuation/site.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { exitCodes, VerbError } from './support/exit-codes.ts';
import { runVerb } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'reboot',
  summary: 'Evacuates a server, reboots it and lets it return; or all, one after the other.',
  server: 'optional',
  options: { all: { type: 'boolean', help: "every server, the one with the database's primary last" } },
};

await runVerb(definition, async (context) => {
  const { inventory, report, given, locked } = context;
  const isAll = given.values['all'] === true;
  if (isAll === (given.server !== undefined))
    throw new VerbError('reboot wants the name of a server, or --all.', exitCodes.usage);
  await locked(async (assertHeld) => {
    const [looks, cluster] = await Promise.all([lookAtAll(context), clusterOf(context)]);
    const names = isAll ? rebootOrder(looks, cluster && leaderOf(cluster)?.name) : [given.server ?? ''];
    report.plan(`reboot ${names.join(', then ')} of ${inventory.name}; each:`, ['evacuate', 'reboot', 'return']);
    for (const name of names) {
      const plan = await planEvacuation(context, name);
      report.plan(`evacuate ${name}`, evacuationLines(plan));
      if (given.isDryRun) continue;
      await evacuate(context, plan, assertHeld);
      await bootAnew(context, name, assertHeld);
      await bringBack(context, name, assertHeld);
    }
    if (!given.isDryRun) report.done(`Rebooted: ${names.join(', ')}.`);
  });
});
