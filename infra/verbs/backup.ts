import { setTimeout as sleep } from 'node:timers/promises';
import { leaderOf, readCluster } from './database/cluster.ts';
import { askRepository, type Backup, parseRepository, type Repository } from './database/repository.ts';
import { databaseOf } from './database/switch-over.ts';
import { megabytes, span } from './support/amounts.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { exitCodes, VerbError } from './support/exit-codes.ts';
import { type Remote, script } from './support/ssh.ts';
import { runVerb, type VerbContext } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'backup',
  summary: 'Backs the database up now, from the primary, and waits until that is complete.',
  options: { full: { type: 'boolean', help: 'all of it, and not only what has changed since the last full backup' } },
};

const wanted = '/var/lib/scale-up/backup/wanted';

/** Asks the job that makes backups for one; the job itself does only what is due. */
const request = (kind: string): Remote =>
  script(
    `[ -e /etc/pgbackrest/pgbackrest.conf ] || { echo 'It does not know where backups go: npx nx provision infra comes first.' >&2; exit 1; }
runuser -u postgres -- sh -c 'echo "$1" >"$2"' sh "$1" "$2" && systemctl start --no-block scale-up-backup.service`,
    kind,
    wanted,
  );

/** Whether the job is at work, whether it has seen what is wanted, and how it ended the last time. */
const look = script(
  `[ -e "$1" ] && echo waits || echo seen
systemctl show --property=ActiveState,Result --value scale-up-backup.service | grep .`,
  wanted,
);

const journal = script('journalctl --unit scale-up-backup --lines 4 --output cat --no-pager');

/** Milliseconds between two looks: pgBackRest asks the repository each time. */
const pace = 3_000;

/** Waits until the job has made what was wanted; its progress is told in steps of ten per cent. */
const untilMade = async (
  { servers, inventory, signal }: VerbContext,
  primary: string,
  kind: string,
  say: (text: string) => void,
): Promise<Repository> => {
  let told = 0;
  for (;;) {
    await sleep(pace);
    if (signal.aborted)
      throw new VerbError(`The backup goes on without this command: journalctl -fu scale-up-backup on ${primary}.`);
    const [seen, ...job] = (await servers.demand(primary, look)).trim().split('\n');
    const isAtWork = job.includes('activating') || job.includes('active');
    if (!isAtWork && seen === 'waits') {
      // It was at work on something else when it was asked.
      if (job.includes('success')) await servers.demand(primary, request(kind));
      else throw new VerbError(`No backup was made. ${primary} says:\n${await servers.demand(primary, journal)}`);
    } else if (!isAtWork) {
      if (!job.includes('success'))
        throw new VerbError(`No backup was made. ${primary} says:\n${await servers.demand(primary, journal)}`);
      return parseRepository(await servers.demand(primary, askRepository(inventory.name)));
    }
    const { progress } = parseRepository(await servers.demand(primary, askRepository(inventory.name)));
    if (progress !== undefined && progress >= told + 10) {
      told = Math.floor(progress / 10) * 10;
      say(`${told} %`);
    }
  }
};

const textOf = ({ label, kind, start, stop, size, sent }: Backup): string =>
  `${label} is complete (${kind}): ${megabytes(size)}, of which ${megabytes(sent)} were added, in ${span(stop - start)}.`;

await runVerb(definition, async (context) => {
  const { inventory, servers, report, given } = context;
  if (!inventory.backup)
    throw new VerbError(
      `${inventory.file} names no place for backups: see "backup" in three-servers.yml.`,
      exitCodes.configuration,
    );
  const kind = given.values['full'] === true ? 'full' : 'diff';
  const primary = leaderOf(await readCluster(servers, databaseOf(inventory)))?.name;
  if (primary === undefined)
    throw new VerbError('The database has no primary: npx nx status infra.', exitCodes.unavailable);
  report.plan(`backup ${inventory.name}: ${kind}, from ${primary}`, ['ask for it, and wait until it is complete']);
  if (given.isDryRun) return;
  const began = Date.now();
  const made = await report.step(primary, 'back up', async (say) => {
    await servers.demand(primary, request(kind));
    const newest = (await untilMade(context, primary, kind, say)).backups.at(-1);
    // The clock of the server is another one: minutes are told apart, not seconds.
    if (!newest || newest.stop < began - 60_000)
      throw new VerbError(`No new backup is in the repository: journalctl -u scale-up-backup on ${primary}.`);
    return newest;
  });
  report.done(textOf(made));
  if (given.isJson) process.stdout.write(`${JSON.stringify(made)}\n`);
});
