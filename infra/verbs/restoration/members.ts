import { setTimeout as sleep } from 'node:timers/promises';
import type { Inventory } from '../../inventory/schema.ts';
import { isWell, readCluster } from '../database/cluster.ts';
import { databaseOf } from '../database/switch-over.ts';
import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Report } from '../support/report.ts';
import type { Servers } from '../support/servers.ts';
import { start } from './commands.ts';
import { type Look, lookCommand, parseLook } from './look.ts';

/** Milliseconds between two looks. */
const pace = 2_000;

/**
 * Looks at all database servers.
 * @throws VerbError when one does not answer: what it has on its disk would come back with it
 */
export const lookAtMembers = async ({
  servers,
  inventory,
}: {
  readonly servers: Servers;
  readonly inventory: Inventory;
}): Promise<Record<string, Look>> => {
  const answers = await servers.askAll(inventory.groups.database, lookCommand);
  const silent = Object.keys(answers).filter((name) => answers[name]?.code !== 0);
  if (silent.length > 0) {
    throw new VerbError(
      `${silent.join(' and ')} must answer: all database servers begin with the same data, and what one has of its own would ` +
        'come back with it. Replace a lost server first (docs/operations.md).',
      exitCodes.unavailable,
    );
  }
  const looks = Object.fromEntries(Object.entries(answers).map(([name, { stdout }]) => [name, parseLook(stdout)]));
  const bare = Object.keys(looks).filter((name) => !looks[name]?.isReady);
  if (bare.length > 0)
    throw new VerbError(`${bare.join(' and ')} must know where backups are: npx nx provision infra comes first.`);
  return looks;
};

/** Starts the other members, and waits until each has copied the primary, follows it and counts for commits, however long that takes. */
export const untilAllFollow = async (
  {
    servers,
    inventory,
    report,
    signal,
  }: {
    readonly servers: Servers;
    readonly inventory: Inventory;
    readonly report: Report;
    readonly signal: AbortSignal;
  },
  primary: string,
): Promise<void> => {
  const others = inventory.groups.database.filter((name) => name !== primary);
  if (others.length === 0) return;
  await report.step(others.join(' and '), `copy ${primary}, and follow it`, async () => {
    await Promise.all(others.map((name) => servers.demand(name, start)));
    for (;;) {
      const cluster = await readCluster(servers, databaseOf(inventory));
      // Who follows counts for commits a round of Patroni later; until then those of the site wait.
      const doCount = cluster.members.every(({ role }) => role !== 'replica');
      if (doCount && inventory.groups.database.every((name) => isWell(cluster, name))) return;
      if (signal.aborted) throw new VerbError('They go on without this command: npx nx status infra.');
      await sleep(pace);
    }
  });
};
