import type { Backup, Repository } from '../database/repository.ts';
import { exitCodes, VerbError } from '../support/exit-codes.ts';

/** Without its offset a time would be read by the clock of whoever happens to type it. */
const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * The time to restore to, in milliseconds since 1970.
 * @param text such as 2026-11-26T12:00:00Z
 * @throws VerbError when it is none, or not over yet
 */
export const parseTime = (text: string, now: number = Date.now()): number => {
  const time = moment.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(time))
    throw new VerbError(
      `--to ${text} is no time such as 2026-11-26T12:00:00Z or 2026-11-26T13:00:00+01:00.`,
      exitCodes.usage,
    );
  if (time > now)
    throw new VerbError(`--to ${text} is not over yet; it is ${new Date(now).toISOString()}.`, exitCodes.usage);
  return time;
};

/** A time as PostgreSQL reads it. */
export const postgresTime = (time: number): string =>
  new Date(time).toISOString().replace('T', ' ').replace('Z', '+00');

const shown = (time: number): string => new Date(time).toISOString().replace(/\.\d+/, '');

/**
 * The backup to begin with: the newest that was complete by then, so that least is to be replayed.
 * @param time milliseconds since 1970; absent: as new as there is
 * @throws VerbError when there is none
 */
export const chooseBackup = ({ backups, fault }: Repository, time?: number): Backup => {
  const chosen = backups.findLast(({ stop }) => time === undefined || stop <= time);
  if (chosen) return chosen;
  const [oldest] = backups;
  if (!oldest) throw new VerbError(`There is no backup to restore: ${fault ?? 'the repository holds none'}.`);
  throw new VerbError(
    `Nothing is kept of ${shown(time ?? 0)}: the oldest backup was complete at ${shown(oldest.stop)}.`,
    exitCodes.usage,
  );
};
