import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { backupKeyFile } from '@scale-up/infra/inventory/secrets.ts';
import { demandLab } from '@scale-up/infra/lab/lab.ts';
import { readCluster } from '@scale-up/infra/verbs/database/cluster.ts';
import { databaseOf } from '@scale-up/infra/verbs/database/switch-over.ts';
import { type Remote, script } from '@scale-up/infra/verbs/support/ssh.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import { replaced, type TestServers } from './test-servers.ts';

/** Of a machine that is none of the site's: where backups go by SFTP. */
const address = '10.77.0.14';

/** The inventory of a lab that has that machine, too. */
export const withKeeper = (shipped: string): string =>
  replaced(
    replaced(shipped, '  s3: { address', `  keeper: { address: ${address} }\n  s3: { address`),
    '  web: [s1, s2, s3]',
    '  web: [s1, s2, s3, keeper]',
  );

/** The change of an inventory after which backups go there. */
export const withBackups = async (lab: string): Promise<(shipped: string) => string> => {
  const { output } = await demandLab(lab).exec('keeper', 'cat /etc/ssh/ssh_host_ed25519_key.pub');
  const hostKey = output.trim().split(' ').slice(0, 2).join(' ');
  return (shipped) =>
    `${shipped}\nbackup:\n  sftp: { host: ${address}, user: keeper, path: /srv/kept, host_key: ${hostKey} }\n`;
};

/** What whoever runs that machine does: an account for files, and nothing else, for the key that provision has made. */
export const letIn = async ({ inventory }: TestServers): Promise<void> => {
  const key = readFileSync(backupKeyFile(inventory), 'utf8').trim();
  const { code, output } = await demandLab(inventory.name).exec(
    'keeper',
    `useradd --create-home --home-dir /srv/keeper --shell /usr/sbin/nologin keeper && usermod --password '*' keeper &&
     install -d -o keeper -m 700 /srv/keeper/.ssh /srv/kept &&
     echo 'restrict,command="internal-sftp" ${key}' >/srv/keeper/.ssh/authorized_keys`,
  );
  assert.equal(code, 0, output);
};

const psql = (statement: string) => ({
  ...script(
    'runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=scale_up --command="$1"',
    statement,
  ),
  timeout: 60_000,
});

const tablesOf = psql(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`);

/** Each table with its number of rows, and a checksum of all that stands in them; one statement sees one moment. */
const checksums = (tables: readonly string[]): string =>
  tables
    .map(
      (name) => `SELECT '${name}', count(*), md5(string_agg(row::text, E'\\n' ORDER BY row::text)) FROM ${name} AS row`,
    )
    .join(' UNION ALL ');

const now = `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * Until the primary says that all WAL of a second (of 1970) is in the repository: 60 s, twice what it takes at most. It is asked by what says so every minute, to Prometheus and to
 * `status`, and believed: who is told so may lose all servers.
 */
const untilArchived = (second: number): Remote => ({
  ...script(
    `for time in $(seq 60); do
  runuser -u postgres -- /usr/local/lib/scale-up/backup-state
  complete=$(sed -n 's/^scale_up_backup_wal_complete_timestamp_seconds //p' /var/lib/scale-up/metrics/backup.prom)
  [ "$complete" -lt "$1" ] || exit 0
  sleep 1
done
echo "only up to $complete, not $1"
exit 1`,
    String(second),
  ),
  timeout: 120_000,
});

/** A backup while people are there, none of whom may be failed by it. */
export const backupTests = (own: TestServers): void => {
  test('a backup is made under load, and status says how old it is', async () => {
    assert.match(await own.done('backup'), /is complete \((full|diff)\): \d+ MB/);
    const { output } = await own.verb('status');
    assert.match(output, / · backup \d+ (s|min) old, WAL \d+ s/);
    assert.doesNotMatch(output, /repository|WAL of the last/);
  });
};

/**
 * The servers are lost with all their disks, and one thing is not: what they sent to another machine. Nothing runs on them afterwards.
 * @param siteOf the site, which nobody uses any more
 */
export const restoreTests = (own: TestServers, siteOf: () => ServersSite): void => {
  suite('all three servers are lost', () => {
    let tables: string[];
    let former: string;
    let moment: string;
    const onPrimary = async (command: Remote): Promise<string> => {
      const { primary = 'none' } = await siteOf().roles();
      return (await siteOf().servers.demand(primary, command)).trim();
    };

    test('everything is deleted by mistake, and a database that runs is not replaced', async () => {
      // What was the primary leaves its last segments to the one that is it now.
      await own.done('switchover');
      tables = (await onPrimary(tablesOf)).split('\n');
      assert.ok(tables.includes('orders'), tables.join(', '));
      former = await onPrimary(psql(checksums(tables)));
      moment = await onPrimary(psql(now));
      await onPrimary(psql(`SELECT pg_sleep(1)`));
      await onPrimary(psql(`TRUNCATE users CASCADE; SELECT pg_switch_wal()`));
      await onPrimary(untilArchived(Math.ceil(Date.now() / 1_000)));
      const { code, output } = await own.verb('restore', '--to', moment, '--replace-data', own.inventory.name);
      assert.equal(code, 1);
      assert.match(
        output,
        new RegExp(
          `Nothing was done: the database of \\S+ runs on s1, s2, s3, and it has ${String(tables.length)} tables`,
        ),
      );
    });

    test('new ones are provisioned, and leave the backups of the old alone', async () => {
      await Promise.all(Object.keys(own.inventory.servers).map((name) => siteOf().hands.reset(name)));
      assert.match(
        await own.done('provision'),
        /There are no backups yet: The repository holds another database's backups/,
      );
    });

    test('they get the database as it was then: the same tables, rows and checksums', async (t) => {
      const said = await own.done('restore', '--to', moment);
      t.diagnostic(/^\S+ MB: files .*$/m.exec(said)?.[0] ?? '');
      assert.match(said, /^ +articles +\d+ {2}\d{4}-/m);
      assert.equal(await onPrimary(psql(checksums(tables))), former);
      const cluster = await readCluster(siteOf().servers, databaseOf(own.inventory));
      assert.deepEqual(cluster.members.map(({ role }) => role).toSorted(), [
        'leader',
        'quorum_standby',
        'quorum_standby',
      ]);
    });

    test('and their own backups go on where the old ones ended', async () => {
      assert.match(await own.done('backup'), /is complete \(diff\)/);
      assert.doesNotMatch((await own.verb('status')).output, /backup none|there is no backup|WAL since/);
    });
  });
};
