import { exitCodes, VerbError } from '../support/exit-codes.ts';
import { type Remote, script } from '../support/ssh.ts';
import { data, request } from './places.ts';

/** What a database server has, before a restore. */
export type Look = {
  /** It knows where backups are. */
  readonly isReady: boolean;
  /** Patroni runs. */
  readonly isRunning: boolean;
  /** There is a database on its disk. */
  readonly hasData: boolean;
  /** A restore was under way here, and did not come to its end. */
  readonly isUnfinished: boolean;
  /** Tables of the site, where the primary could be asked. */
  readonly tables: number | undefined;
  /** Bytes that are free where the database lies. */
  readonly room: number;
};

/** Prints a line for everything that `parseLook` reads. */
export const lookCommand: Remote = script(
  `data=$1 request=$2
[ ! -e /etc/pgbackrest/pgbackrest.conf ] || echo ready
echo "patroni $(systemctl is-active patroni || true)"
[ ! -e "$data/PG_VERSION" ] || echo data
[ ! -e "$request" ] || echo unfinished
if [ -e "$data/postmaster.pid" ] && [ ! -e "$data/standby.signal" ]; then
  echo "tables $(runuser -u postgres -- psql --no-psqlrc --tuples-only --no-align --dbname=scale_up --command="SELECT count(*) FROM pg_stat_user_tables" 2>/dev/null)"
fi
echo "room $(df --output=avail --block-size=1 "$(dirname "$data")" | tail -n 1)"`,
  data,
  request,
);

/** Reads what a server said. */
export const parseLook = (text: string): Look => {
  const found = new Map(text.split('\n').map((line) => line.split(/ +/, 2) as [string, string | undefined]));
  const tables = found.get('tables');
  return {
    isReady: found.has('ready'),
    isRunning: ['active', 'activating', 'reloading'].includes(found.get('patroni') ?? ''),
    hasData: found.has('data'),
    isUnfinished: found.has('unfinished'),
    tables: tables ? Number(tables) : undefined,
    room: Number(found.get('room') ?? 0),
  };
};

/** What a restore does with the data that are there. */
export type Former = 'there is none' | 'is empty' | 'is kept aside' | 'is half restored';

/**
 * Whether the data may be replaced. A database that runs is never touched, unless it is empty.
 * @param confirmed what --replace-data says
 * @throws VerbError with what the operator has to do first
 */
export const judgeFormer = (
  looks: Readonly<Record<string, Look>>,
  inventory: string,
  confirmed: string | undefined,
): Former => {
  const entries = Object.entries(looks);
  if (entries.some(([, { isUnfinished }]) => isUnfinished)) return 'is half restored';
  const running = entries.filter(([, { isRunning }]) => isRunning).map(([name]) => name);
  const tables = entries.flatMap(([, look]) => look.tables ?? [])[0];
  if (running.length > 0 && tables === 0) return 'is empty';
  if (running.length > 0) {
    const what = tables === undefined ? 'there is no primary to ask whether it is empty' : `it has ${tables} tables`;
    throw new VerbError(
      `Nothing was done: the database of ${inventory} runs on ${running.join(', ')}, and ${what}. To replace it, stop it there ` +
        `(systemctl stop patroni), then restore with --replace-data ${inventory}. To look at a backup beside it, restore into a lab: --lab NAME.`,
      exitCodes.failed,
    );
  }
  if (!entries.some(([, { hasData }]) => hasData)) return 'there is none';
  if (confirmed === inventory) return 'is kept aside';
  throw new VerbError(
    `Nothing was done: there are data of ${inventory}, which is stopped. To put them aside and restore, say --replace-data ${inventory}.`,
    exitCodes.failed,
  );
};

/** The servers that have less room than what is restored takes, and a tenth for the WAL that comes with it. */
export const lackRoom = (looks: Readonly<Record<string, Look>>, size: number): string[] =>
  Object.keys(looks).filter((name) => (looks[name]?.room ?? 0) < size * 1.1);
