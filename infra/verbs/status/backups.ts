import type { Inventory } from '../../inventory/schema.ts';
import { span } from '../support/amounts.ts';
import type { Finding } from './judge.ts';

/** What the primary knows of backups; times are milliseconds since 1970, 0 where there is none. */
export type BackupState = {
  readonly newest: number;
  /** Up to when all WAL is in the repository, but for the last minute. */
  readonly walComplete: number;
  /** WAL since the newest backup is missing. */
  readonly hasGap: boolean;
  /** The repository answers. */
  readonly isUp: boolean;
};

/** What is late, in milliseconds. */
export const limits = {
  /** A daily backup, and two hours for it to be made. */
  oldBackup: 26 * 60 * 60 * 1000,
  /** A segment is sent each minute; ten of them are no hiccup any more. */
  oldWal: 10 * 60 * 1000,
} as const;

/** Reads the lines of role backup's textfile for Prometheus, without their common beginning. */
export const parseBackup = (lines: readonly string[]): BackupState | undefined => {
  if (lines.length === 0) return undefined;
  const valueOf = (name: string): number => {
    const line = lines.find((each) => each.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  };
  return {
    newest: valueOf('newest_timestamp_seconds{type="any"}') * 1_000,
    walComplete: valueOf('wal_complete_timestamp_seconds') * 1_000,
    hasGap: valueOf('wal_gap') === 1,
    isUp: valueOf('repository_up') === 1,
  };
};

/** Of what several servers say the newest: a former primary's word is old. */
export const newestWord = (states: readonly BackupState[]): BackupState | undefined =>
  states.toSorted((a, b) => b.walComplete - a.walComplete)[0];

const notice = (what: string, remedy: string): Finding => ({ what, remedy, isLoss: false });
const journal = "on the primary's server: journalctl -u scale-up-backup";

/** What is wrong with backups. None of it makes the next loss felt; it makes the loss of everything final. */
export const backupFindings = (
  { backup }: Pick<Inventory, 'backup'>,
  state: BackupState | undefined,
  now: number,
): Finding[] => {
  if (!backup) return [];
  if (!state) return [notice('nobody knows how old the backups are', `npx nx provision infra; then ${journal}-state`)];
  const { newest, walComplete, hasGap, isUp } = state;
  return [
    ...(isUp ? [] : [notice('the repository of backups does not answer, or has none', journal)]),
    ...(newest === 0 ? [notice('there is no backup', `the first begins within five minutes; if not, ${journal}`)] : []),
    ...(newest > 0 && now - newest > limits.oldBackup
      ? [notice(`the newest backup is ${span(now - newest)} old`, journal)]
      : []),
    ...(walComplete === 0
      ? [
          notice(
            'WAL is not archived until PostgreSQL is restarted',
            'npx nx reboot infra -- --all, or docs/operations.md',
          ),
        ]
      : []),
    ...(walComplete > 0 && now - walComplete > limits.oldWal
      ? [notice(`WAL of the last ${span(now - walComplete)} is in no repository`, `${journal} -u patroni`)]
      : []),
    ...(hasGap
      ? [notice('WAL since the newest backup is missing', 'the next backup mends it: npx nx backup infra')]
      : []),
  ];
};

/** How old backups are, for the head of the screen. */
export const backupText = (
  { backup }: Pick<Inventory, 'backup'>,
  state: BackupState | undefined,
  now: number,
): string => {
  if (!backup || state?.newest === 0) return 'backup none';
  if (!state) return 'backup unknown';
  const wal = state.walComplete === 0 ? 'no WAL' : `WAL ${span(now - state.walComplete)}`;
  return `backup ${span(now - state.newest)} old, ${wal}`;
};
