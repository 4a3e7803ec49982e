import { resolve } from 'node:path';
import { askRepository, type Backup, parseRepository } from './database/repository.ts';
import { count, parseTables, type Table, verify } from './restoration/check.ts';
import { chooseBackup, parseTime, postgresTime } from './restoration/choose.ts';
import { agree, begin, clear, forget, putAside, stop } from './restoration/commands.ts';
import { type Progress, untilRestored } from './restoration/follow.ts';
import { type Former, judgeFormer, lackRoom } from './restoration/look.ts';
import { lookAtMembers, untilAllFollow } from './restoration/members.ts';
import { copy, data } from './restoration/places.ts';
import { foldersIn, sendCopy } from './restoration/send-copy.ts';
import { megabytes } from './support/amounts.ts';
import type { VerbDefinition } from './support/arguments.ts';
import { exitCodes, VerbError } from './support/exit-codes.ts';
import { runVerb, type VerbContext } from './support/verb.ts';

const definition: VerbDefinition = {
  name: 'restore',
  summary: 'Brings the database back as it was at a time, on servers whose own is empty or stopped, and checks it.',
  options: {
    to: {
      type: 'string',
      value: 'TIME',
      help: 'such as 2026-11-26T12:00:00Z; by default as new as the repository has it',
    },
    from: {
      type: 'string',
      value: 'FOLDER',
      help: 'a copy of the repository on this machine, instead of the repository',
    },
    timeline: {
      type: 'string',
      value: 'NUMBER',
      help: 'of several histories not the latest, after a restore to a wrong time',
    },
    'replace-data': {
      type: 'string',
      value: 'NAME',
      help: "the inventory's name: puts the data of its stopped database aside",
    },
  },
};

type Given = {
  readonly time: number | undefined;
  readonly from: string | undefined;
  readonly timeline: string;
  readonly confirmed: string | undefined;
};

const givenOf = ({ given: { values }, inventory }: VerbContext): Given => {
  const { to, from, timeline, 'replace-data': confirmed } = values as Readonly<Record<string, string | undefined>>;
  if (!inventory.backup)
    throw new VerbError(
      `${inventory.file} names no place of backups: see "backup" in three-servers.yml.`,
      exitCodes.configuration,
    );
  if (timeline !== undefined && !/^[1-9]\d{0,8}$/.test(timeline))
    throw new VerbError(`--timeline ${timeline} is no number of a timeline.`, exitCodes.usage);
  const folder = from === undefined ? undefined : resolve(from);
  if (folder !== undefined) foldersIn(folder, inventory.name);
  return {
    time: to === undefined ? undefined : parseTime(to),
    from: folder,
    timeline: timeline ?? 'latest',
    confirmed,
  };
};

const formerText: Readonly<Record<Former, string>> = {
  'there is none': 'there is no database yet',
  'is empty': 'delete the empty database that is there',
  'is kept aside': `put the database that is there aside (${data}.before-…)`,
  'is half restored': 'delete what a restore left that did not come to its end',
};

/** What was restored, for whoever wants to know how long it took and how much it is. */
type Outcome = {
  readonly backup: Backup;
  /** Of the last transaction that is there, as PostgreSQL writes it. */
  readonly lastTransaction: string;
  /** The archive ended before the wanted time; nothing later was in it. */
  readonly isEndedBefore: boolean;
  /** Seconds. */
  readonly took: {
    readonly files: number;
    readonly replay: number;
    readonly checksums: number;
    readonly primary: number;
    readonly whole: number;
  };
  readonly tables: readonly Table[];
};

const outcomeOf = (
  backup: Backup,
  { phases }: Progress,
  began: number,
  promoted: number,
  whole: number,
  tables: readonly Table[],
): Outcome => {
  const at = (phase: string): number => phases[phase]?.at ?? 0;
  return {
    backup,
    lastTransaction: phases['replayed']?.said ?? '',
    isEndedBefore: phases['ended-before'] !== undefined,
    took: {
      files: (at('replaying') - at('restoring')) / 1_000,
      replay: (at('replayed') - at('replaying')) / 1_000,
      checksums: (at('checked') - at('checking')) / 1_000,
      primary: (promoted - began) / 1_000,
      whole: (whole - began) / 1_000,
    },
    tables,
  };
};

const tell = ({ inventory, report, given }: VerbContext, { time }: Given, outcome: Outcome): void => {
  const { backup, lastTransaction, isEndedBefore, took, tables } = outcome;
  const width = Math.max(...tables.map(({ name }) => name.length), 0);
  for (const { name, rows, newest } of tables)
    report.say(`  ${name.padEnd(width)} ${String(rows).padStart(10)}  ${newest}`.trimEnd());
  if (isEndedBefore)
    report.say(
      `Nothing was written between the last transaction and ${postgresTime(time ?? 0)}, or WAL of it never reached the repository.`,
    );
  report.say(
    `${megabytes(backup.size)}: files ${took.files} s, WAL ${took.replay} s, checksums ${took.checksums} s; ` +
      `a primary after ${took.primary.toFixed(0)} s, all members after ${took.whole.toFixed(0)} s.`,
  );
  report.done(
    `${inventory.name} is restored; its last transaction is of ${lastTransaction || 'the time of the backup'}. The release that runs may want a newer schema: npx nx deploy infra.`,
  );
  if (given.isJson) process.stdout.write(`${JSON.stringify(outcome)}\n`);
};

const restore = async (context: VerbContext): Promise<void> => {
  const { inventory, servers, report, given, signal, locked } = context;
  const wanted = givenOf(context);
  const primary = inventory.groups.database[0] ?? '';
  const address = inventory.servers[primary]?.address ?? '';
  const others = inventory.groups.database.filter((name) => name !== primary);
  await locked(async (assertHeld) => {
    const looks = await lookAtMembers(context);
    const former = judgeFormer(looks, inventory.name, wanted.confirmed);
    if (wanted.from !== undefined && !given.isDryRun) {
      const { from } = wanted;
      await report.step(primary, `take the copy in ${from}`, (say) =>
        sendCopy(servers, primary, from, inventory.name, say),
      );
    }
    const place = wanted.from === undefined ? '' : copy;
    // A trial sends nothing, so that it can only tell of the repository itself.
    const repository = parseRepository(
      await servers.demand(primary, askRepository(inventory.name, given.isDryRun ? '' : place)),
    );
    const backup = chooseBackup(repository, wanted.time);
    const short = lackRoom(looks, backup.size);
    if (short.length > 0)
      throw new VerbError(
        `Nothing was done: ${short.join(' and ')} must have ${megabytes(backup.size * 1.1)} free where the database lies.`,
      );
    report.plan(
      `restore ${inventory.name} ${wanted.time === undefined ? 'as new as there is' : `to ${postgresTime(wanted.time)}`}, on ${inventory.groups.database.join(', ')}`,
      [
        formerText[former],
        `bring back ${backup.label} of ${new Date(backup.stop).toISOString()} (${megabytes(backup.size)}) on ${primary}, replay WAL, compare checksums`,
        ...(others.length > 0 ? [`let ${others.join(' and ')} copy it`] : []),
        'count rows, and compare every table with its indexes',
      ],
    );
    if (given.isDryRun) return;

    const began = Date.now();
    const stamp = new Date(began).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const aside = former === 'is kept aside' ? `before-${stamp}` : undefined;
    await report.step('', 'stop Patroni everywhere, and clear the place', async () => {
      await Promise.all(inventory.groups.database.map((name) => servers.demand(name, stop)));
      assertHeld();
      await Promise.all(inventory.groups.database.map((name) => servers.demand(name, putAside(aside))));
      await servers.demand(primary, forget);
    });
    assertHeld();
    const progress = await report.step(primary, 'restore', async (say) => {
      const time = wanted.time === undefined ? '' : postgresTime(wanted.time);
      await servers.demand(primary, begin({ label: backup.label, time, timeline: wanted.timeline, copy: place }));
      return untilRestored(servers, { name: primary, address }, say, signal);
    });
    const promoted = Date.now();
    assertHeld();
    await servers.demand(primary, agree);
    await untilAllFollow(context, primary);
    const whole = Date.now();
    await servers.demand(primary, clear);
    const tables = await report.step(primary, 'count rows', async () =>
      parseTables(await servers.demand(primary, count)),
    );
    await report.step(primary, 'compare tables and indexes', async () => void (await servers.demand(primary, verify)));
    if (aside !== undefined)
      report.say(`What was there before is in ${data}.${aside}, on each database server, until you delete it.`);
    tell(context, wanted, outcomeOf(backup, progress, began, promoted, whole, tables));
  });
};

await runVerb(definition, restore);
