import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { issue, makeAuthority } from '../inventory/pki.ts';
import { makeImage } from '../lab/image.ts';
import { findS3Server } from '../checks/s3-server.ts';
import { runToEnd } from '../local/run-to-end.ts';
import { inDebianRoot } from '../test/support/debian-root.ts';
import { rendered } from '../test/support/rendered.ts';

const work = mkdtempSync(join(tmpdir(), 'scale-up-s3-'));
after(() => rmSync(work, { recursive: true }));

/**
 * Run in a root of Debian's with a database server's files in it, in namespaces of its own: a PostgreSQL that archives as Patroni's would,
 * a bucket at the name that the inventory has, and what provision, the timer and a restore run, one after the other.
 */
const story = `
set -e
mount -t proc proc /proc; mkdir -p /dev/shm; for folder in /run /srv /dev/shm; do mount -t tmpfs tmpfs $folder; done
ip link set lo up
echo '127.0.0.1 s3.test' >>/etc/hosts
mkdir -p /srv/buckets/scale-up
for folder in /run/postgresql /var/lib/postgresql/17 /var/lib/scale-up/backup /var/lib/scale-up/metrics /var/spool/pgbackrest; do install -d -o postgres -g postgres "$folder"; done
chown root:postgres /etc/pgbackrest/pgbackrest.conf
serve() {
  ROOT_ACCESS_KEY=$1 ROOT_SECRET_KEY=$2 versitygw --port :7070 --cert /root/s3.pem --key /root/s3.key --quiet posix /srv/buckets >/root/s3.log 2>&1 &
  server=$!
  for turn in $(seq 300); do (: </dev/tcp/127.0.0.1/7070) 2>/dev/null && return; sleep 0.1; done
  cat /root/s3.log; exit 1
}
export PATH=$PATH:/usr/lib/postgresql/17/bin
data=/var/lib/postgresql/17/scale-up
as() { runuser -u postgres -- env PATH="$PATH" "$@"; }
ask() { as psql --no-psqlrc --quiet --tuples-only --no-align --command="$1" postgres; }
as initdb --pgdata=$data --data-checksums --auth=peer >/dev/null
cat >>$data/postgresql.conf <<'SETTINGS'
listen_addresses = ''
unix_socket_directories = '/run/postgresql'
archive_mode = on
archive_command = '/usr/local/lib/scale-up/pgbackrest-archive-wal %p'
wal_log_hints = on
SETTINGS
as pg_ctl start --silent --wait --pgdata=$data --log=/tmp/postgresql.log >/dev/null

echo '# with another secret'
serve "$1" wrong
as /usr/local/lib/scale-up/backup-run 2>&1 || echo "refused: $?"
kill $server; wait $server || true

echo '# with its own'
serve "$1" "$2"
as /usr/local/lib/scale-up/backup-run 2>&1
ask "CREATE TABLE t AS SELECT n, repeat('plain text ', 20) || n AS text FROM generate_series(1, 50000) AS n"
moment=$(ask "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS+00')")
echo "former $(ask "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY n)) FROM t")"
sleep 1
ask "TRUNCATE t"
ask "SELECT pg_switch_wal()" >/dev/null
for turn in $(seq 100); do ls $data/pg_wal/archive_status | grep -q ready || break; sleep 0.1; done
as /usr/local/lib/scale-up/backup-state fresh
cat /var/lib/scale-up/metrics/backup.prom | grep -v '^#'
backup=$(jq --raw-output '.[0].backup | last | .label' /var/lib/scale-up/backup/info.json)
echo "plain in the bucket: $(grep --recursive --files-with-matches 'plain text' /srv/buckets | wc -l) of $(find /srv/buckets -type f | wc -l) files"

echo '# everything is lost but the bucket'
as pg_ctl stop --silent --mode=immediate --pgdata=$data
rm -rf $data
install -d -o postgres -g postgres /var/lib/scale-up/backup/restore
as /usr/local/lib/scale-up/backup-restore "$backup" "$moment" latest '' 2>&1 || cat /var/lib/scale-up/backup/restore/*
cut -d' ' -f2- /var/lib/scale-up/backup/restore/told
as pg_ctl start --silent --wait --pgdata=$data --log=/tmp/postgresql.log >/dev/null
echo "restored $(ask "SELECT count(*), md5(string_agg(t::text, '|' ORDER BY n)) FROM t")"
as pg_ctl stop --silent --mode=immediate --pgdata=$data
kill $server
`;

test(
  'backups go to a bucket whose host an authority of the operator’s vouches for, and come back to a moment',
  {
    timeout: 300_000,
  },
  async () => {
    const [image, server] = [await makeImage(() => {}), await findS3Server()];
    const authority = await makeAuthority('the operator’s');
    const host = await issue(authority, ['s3.test']);
    const [key, secret] = ['scale-up', randomBytes(20).toString('hex')];
    writeFileSync(
      join(work, 'credentials'),
      `[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}\n`,
    );
    writeFileSync(join(work, 'ca.pem'), authority.cert);
    const s3 = {
      bucket: 'scale-up',
      region: 'us-east-1',
      endpoint: 's3.test:7070',
      path: '/three-servers',
      addressing: 'path',
      credentials_file: join(work, 'credentials'),
      ca_file: join(work, 'ca.pem'),
    } as const;
    const { files } = await rendered('three-servers', { backup: { s3, at: '04:15', keep_days: 30 } });
    const upper = join(work, 'upper');
    const write = (path: string, text: string, mode: number): void => {
      mkdirSync(dirname(join(upper, path)), { recursive: true });
      writeFileSync(join(upper, path), text, { mode });
    };
    for (const { path, text, mode } of files['s1'] ?? []) {
      if (/pgbackrest|backup/.test(path)) write(path, text, Number.parseInt(mode, 8));
    }
    write('/root/s3.pem', host.cert, 0o600);
    write('/root/s3.key', host.key, 0o600);
    mkdirSync(join(upper, 'usr/local/bin'), { recursive: true });
    copyFileSync(server, join(upper, 'usr/local/bin/versitygw'));
    const { code, output } = await runToEnd(
      inDebianRoot(image, upper, join(work, 'overlay'), story, 'story', key, secret),
      {},
    );
    assert.equal(code, 0, output);
    const [, wrong = '', own = '', lost = ''] = output.split(/^# .*$/m);
    assert.match(wrong, /SignatureDoesNotMatch|403/, output);
    assert.match(wrong, /refused: \d+/);
    assert.doesNotMatch(output, new RegExp(secret));
    assert.match(
      own,
      /The repository was made\.\n(?:.*\n)*Backup \(full\) begins\.\n(?:.*\n)*Backup \S+ is complete/,
      output,
    );
    assert.match(own, /plain in the bucket: 0 of [1-9]\d* files/, output);
    assert.match(own, /^scale_up_backup_newest_timestamp_seconds\S* [1-9]/m, output);
    const [, former] = /^former (50000\|[0-9a-f]{32})$/m.exec(own) ?? [];
    assert.ok(former, output);
    assert.match(lost, new RegExp(`^restored ${former.replace('|', '\\|')}$`, 'm'), output);
  },
);
