import { type Remote, script } from '../support/ssh.ts';
import { copy, data, request, told } from './places.ts';

/** Stops Patroni, and a PostgreSQL that a restore which was killed left behind. */
export const stop: Remote = {
  ...script(
    `systemctl stop patroni
if [ -e "$1/postmaster.pid" ]; then runuser -u postgres -- /usr/lib/postgresql/17/bin/pg_ctl stop --silent --mode=fast --timeout=60 --pgdata="$1" || true; fi`,
    data,
  ),
  // Patroni itself has 90 s (role patroni, unit.conf).
  timeout: 170_000,
};

/**
 * Takes the data away: puts them aside under another name, or deletes them.
 * @param name what stands behind it, such as `before-20261126T120000Z`; absent: they are deleted
 */
export const putAside = (name?: string): Remote => ({
  ...script(
    `[ -e "$1" ] || exit 0
if [ -n "$2" ]; then mv "$1" "$1.$2"; else rm -rf --one-file-system "$1"; fi`,
    data,
    name ?? '',
  ),
  timeout: 600_000,
});

/** Has etcd forget the cluster, so that the next Patroni makes one. */
export const forget: Remote = script(
  'set -a; . /etc/scale-up/etcdctl.env; etcdctl --command-timeout=5s del --prefix /service/scale-up/',
);

/** A backup, and up to when WAL is replayed over it. */
export type Wanted = {
  readonly label: string;
  /** As PostgreSQL reads it; empty: all of it. */
  readonly time: string;
  /** "latest", or the number of an earlier history. */
  readonly timeline: string;
  /** A folder on the server with a copy of the repository; empty: the repository itself. */
  readonly copy: string;
};

/** What Patroni reads beside its own file: the role's program makes the database, in the place of initdb. */
export const requestText = ({ label, time, timeline, copy: from }: Wanted): string => {
  const words = [label, time, timeline, from].map((word) => `'${word}'`).join(' ');
  const backup = { command: `/usr/local/lib/scale-up/backup-restore ${words}`, no_params: true };
  return `${JSON.stringify({ bootstrap: { method: 'backup', backup } })}\n`;
};

/** Has Patroni begin. */
export const begin = (wanted: Wanted): Remote => ({
  ...script(
    `umask 022
rm -rf "$2" && install --directory --owner=postgres --group=postgres "$2"
# Of the former database: WAL that it lacked, and its timeline.
rm -f /var/lib/scale-up/backup/gap /var/lib/scale-up/backup/timeline /var/lib/scale-up/backup/wanted
cat >"$1"
systemctl start patroni`,
    request,
    told,
  ),
  input: requestText(wanted),
});

/** How far it is: the program's own words, then per cent of files, segments of WAL, Patroni's state and its answer. */
export const progress = (address: string): Remote =>
  script(
    `cat "$1/told" 2>/dev/null || true
echo "files $(sed -n 's/.*[ ,(]\\([0-9.]*\\)%).*/\\1/p' "$1/restore.log" 2>/dev/null | tail -n 1)"
echo "segments $(grep -c 'restored log file' "$1/recovery.log" 2>/dev/null || true)"
echo "patroni $(systemctl is-active patroni || true)"
echo "primary $(curl --silent --max-time 3 --cacert /etc/scale-up/pki/ca.pem --output /dev/null --write-out '%{http_code}' "https://$2:8008/primary" || true)"`,
    told,
    address,
  );

/** Why it failed. */
export const lastWords: Remote = script(
  `for log in restore recovery checksums; do [ ! -s "$1/$log.log" ] || grep -Ev 'DETAIL: restore file' "$1/$log.log" | tail -n 4; done
journalctl --unit patroni --lines 3 --output cat --no-pager`,
  told,
);

/** Has all members agree on what provision wants; from now on a commit waits for a standby again. */
export const agree: Remote = script(
  'patronictl -c /etc/patroni/config.yml edit-config --force --replace /etc/patroni/dynamic.yml',
);

export const start: Remote = script('systemctl start patroni');

/** What a restore leaves behind that is done. */
export const clear: Remote = { ...script('rm -rf "$1" "$2"', request, copy), timeout: 600_000 };
