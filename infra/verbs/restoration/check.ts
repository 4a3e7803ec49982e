import { type Remote, script } from '../support/ssh.ts';

/** A table after a restore. */
export type Table = {
  readonly name: string;
  readonly rows: number;
  /** When its newest row was made or changed, as PostgreSQL writes it; empty where no column says so. */
  readonly newest: string;
};

/** As long as it takes to read all of a large database. */
const reading = 24 * 60 * 60 * 1000;

/**
 * Counts rows, and finds the newest, table by table. query_to_xml runs a statement that is made of names; format's %I quotes them.
 */
const counting = `
SELECT relid::regclass, value[1], coalesce(value[2], '')
  FROM pg_stat_user_tables
 CROSS JOIN LATERAL (
   SELECT string_agg(format('max(%I)', attname), ', ') AS newest FROM pg_attribute
    WHERE attrelid = relid AND attname IN ('created_at', 'updated_at') AND NOT attisdropped) AS columns
 CROSS JOIN LATERAL (
   SELECT xpath('/row/*/text()', query_to_xml(format('SELECT count(*), %s FROM %s',
     CASE WHEN newest IS NULL THEN '''''' ELSE format('to_char(greatest(%s) AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS"Z"'')', newest) END,
     relid::regclass), true, true, ''))::text[] AS value) AS counted
 ORDER BY 1::text`;

/** Prints a line for each table. */
export const count: Remote = {
  ...script(
    'runuser -u postgres -- psql --no-psqlrc --tuples-only --no-align --quiet --set=ON_ERROR_STOP=1 --dbname=scale_up --command="$1"',
    counting,
  ),
  timeout: reading,
};

/** Reads them. */
export const parseTables = (text: string): Table[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [name = '', rows, newest = ''] = line.split('|');
      return { name, rows: Number(rows), newest };
    });

/** Reads every row and every index entry, which compares each page with its checksum too; what it needs for that it takes away again. */
export const verify: Remote = {
  ...script(`runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_amcheck --database=scale_up --install-missing --heapallindexed
runuser -u postgres -- psql --no-psqlrc --quiet --dbname=scale_up --command='DROP EXTENSION amcheck'`),
  timeout: reading,
};
