import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { backupKeyFile } from '@scale-up/infra/inventory/secrets.ts';
import { demandLab, type Lab } from '@scale-up/infra/lab/lab.ts';
import { readCluster, leaderOf } from '@scale-up/infra/verbs/database/cluster.ts';
import { databaseOf } from '@scale-up/infra/verbs/database/switch-over.ts';
import { type Servers, serversOf } from '@scale-up/infra/verbs/support/servers.ts';
import { type Remote, script } from '@scale-up/infra/verbs/support/ssh.ts';
import { routeTo } from '@scale-up/infra/verbs/support/verb.ts';
import { isSkipped, replaced, TestServers } from './support/test-servers.ts';

/** A machine that is none of the site's: where backups go by SFTP. */
const withKeeper = (shipped: string): string =>
  replaced(
    replaced(shipped, '  s3: { address', '  keeper: { address: 10.77.0.14 }\n  s3: { address'),
    '  web: [s1, s2, s3]',
    '  web: [s1, s2, s3, keeper]',
  );

const withBackup =
  (hostKey: string) =>
  (shipped: string): string =>
    `${shipped}
backup:
  sftp: { host: 10.77.0.14, user: keeper, path: /srv/kept, host_key: ${hostKey} }
`;

const psql = (statement: string) => ({
  ...script(
    'runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=scale_up --command="$1"',
    statement,
  ),
  timeout: 60_000,
});

const tables = ['proof', 'pgbench_accounts', 'pgbench_branches', 'pgbench_history', 'pgbench_tellers'];

/** Each table with its number of rows, and a checksum of all that stands in them. */
const checksums = psql(
  tables
    .map(
      (name) => `SELECT '${name}', count(*), md5(string_agg(row::text, E'\\n' ORDER BY row::text)) FROM ${name} AS row`,
    )
    .join(' UNION ALL '),
);

const load = script(
  `systemd-run --quiet --unit=load --uid=postgres pgbench --no-vacuum --client=4 --rate=100 --time=600 scale_up`,
);
const noLoad = script('systemctl stop load');

/** Until no segment of WAL waits on the primary: 30 s, half of what it takes at most. */
const archived: Remote = {
  ...script(
    `for second in $(seq 60); do
  ls /var/lib/postgresql/17/scale-up/pg_wal/archive_status | grep -q '\\.ready$' || exit 0
  sleep 0.5
done
exit 1`,
  ),
  timeout: 60_000,
};

// The servers are lost with all their disks, and one thing is not: what they sent to another machine.
suite('backups of three servers', { skip: isSkipped }, () => {
  const own = new TestServers('three-servers');
  let servers: Servers;
  let lab: Lab;
  let former: string;
  let moment: string;
  const primary = async (): Promise<string> =>
    leaderOf(await readCluster(servers, databaseOf(own.inventory)))?.name ?? 'none';
  const onPrimary = async (command: Remote): Promise<string> => (await servers.demand(await primary(), command)).trim();

  before(async () => {
    own.rewrite(withKeeper);
    await own.up();
    lab = demandLab(own.inventory.name);
    const { output } = await lab.exec('keeper', 'cat /etc/ssh/ssh_host_ed25519_key.pub');
    own.rewrite(withBackup(output.trim().split(' ').slice(0, 2).join(' ')));
    servers = serversOf(own.inventory, routeTo(lab));
  });
  after(() => own.down());

  test('a site whose key is not let in yet is provisioned all the same, and told what is missing', async () => {
    const said = await own.done('provision');
    assert.match(said, /There are no backups yet: The repository is not there: .*authentication failed/);
    const key = readFileSync(backupKeyFile(own.inventory), 'utf8').trim();
    const { code, output } = await lab.exec(
      'keeper',
      `useradd --create-home --home-dir /srv/keeper --shell /usr/sbin/nologin keeper && usermod --password '*' keeper &&
       install -d -o keeper -m 700 /srv/keeper/.ssh /srv/kept && echo 'restrict,command="internal-sftp" ${key}' >/srv/keeper/.ssh/authorized_keys`,
    );
    assert.equal(code, 0, output);
  });

  test('a backup is made under load, and status says how old it is', async () => {
    await onPrimary({ ...script('runuser -u postgres -- pgbench --initialize --quiet scale_up'), timeout: 60_000 });
    await onPrimary(load);
    assert.match(await own.done('backup'), /is complete \(full\): \d+ MB/);
    const { output } = await own.verb('status');
    assert.match(output, / · backup \d+ (s|min) old, WAL \d+ s/);
    assert.doesNotMatch(output, /repository|WAL of the last/);
  });

  test('a table is dropped by mistake, and a database that runs is not replaced', async () => {
    await onPrimary(
      psql(`CREATE TABLE proof (id int PRIMARY KEY, word text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
            INSERT INTO proof SELECT n, md5(n::text) FROM generate_series(1, 10000) AS n`),
    );
    await onPrimary(noLoad);
    former = await onPrimary(checksums);
    moment = await onPrimary(
      psql(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`),
    );
    await onPrimary(load);
    await onPrimary(psql(`SELECT pg_sleep(1)`));
    await onPrimary(psql(`DROP TABLE proof; DELETE FROM pgbench_accounts WHERE aid % 2 = 0; SELECT pg_switch_wal()`));
    await onPrimary(archived);
    const { code, output } = await own.verb('restore', '--to', moment, '--replace-data', own.inventory.name);
    assert.equal(code, 1);
    assert.match(output, /Nothing was done: the database of \S+ runs on s1, s2, s3, and it has 4 tables/);
  });

  test('all three servers are lost: new ones are provisioned, and leave the backups of the old alone', async () => {
    await Promise.all(Object.keys(own.inventory.servers).map((name) => lab.reset(name)));
    assert.match(
      await own.done('provision'),
      /There are no backups yet: The repository holds another database's backups/,
    );
  });

  test('they get the database as it was then: the same tables, rows and checksums', async (t) => {
    const said = await own.done('restore', '--to', moment);
    t.diagnostic(/^\S+ MB: files .*$/m.exec(said)?.[0] ?? '');
    assert.match(said, /^ +proof +10000 {2}\d{4}-/m);
    assert.equal(await onPrimary(checksums), former);
    const cluster = await readCluster(servers, databaseOf(own.inventory));
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
