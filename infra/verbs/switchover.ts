import { chooseCandidate } from './database/candidate.ts';
import { readCluster } from './database/cluster.ts';
import { databaseOf, switchOver } from './database/switch-over.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { VerbError } from './support/exit-codes.ts';
import { runVerb } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'switchover',
  summary: 'Makes another server the primary of the database; nobody can write for less than a second.',
  options: { to: { type: 'string', value: 'NAME', help: 'the new primary; by default the first standby that can' } },
};

await runVerb(definition, async (context) => {
  const { inventory, servers, report, given, locked } = context;
  const to = given.values['to'] as string | undefined;
  const choose = async () => {
    const choice = chooseCandidate(await readCluster(servers, databaseOf(inventory)), inventory.groups.database, to);
    if ('fault' in choice) throw new VerbError(choice.fault);
    return choice;
  };
  const tell = (isChanged: boolean, primary: string): void => {
    report.done(isChanged ? `${primary} is the primary now.` : `${primary} is the primary already.`);
    if (given.isJson) process.stdout.write(`${JSON.stringify({ primary, isChanged })}\n`);
  };
  await locked(async () => {
    const choice = await choose();
    if ('isDone' in choice) return tell(false, choice.primary);
    report.plan(`switchover ${inventory.name}: from ${choice.from} to ${choice.to}`, [
      'write a checkpoint on both, so that the stop is short',
      `stop PostgreSQL on ${choice.from} when both standbys have everything, and promote ${choice.to}`,
      `start ${choice.from} as a standby, and wait until all follow`,
    ]);
    if (given.isDryRun) return;
    await switchOver(context, choice);
    tell(true, choice.to);
  });
});
