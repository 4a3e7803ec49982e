import type { Inventory } from '../../inventory/schema.ts';
import { type Cluster, parseCluster } from '../database/cluster.ts';
import type { Answer, Servers } from '../support/servers.ts';
import { type Remote, script } from '../support/ssh.ts';
import { type BackupState, parseBackup } from './backups.ts';

export type InstanceState = {
  readonly kind: 'web' | 'app';
  readonly number: number;
  /** The HTTP status of /readyz; 0 where nobody answers. */
  readonly ready: number;
  /** What its /metrics says it is; empty where nobody answers. */
  readonly release: string;
};

export type CacheState = {
  readonly role: string;
  readonly primary: string;
  /** Whether a replica hears from its primary. */
  readonly isLinked: boolean;
};

/** What a server says of itself. */
export type ServerState = {
  readonly isEvacuated: boolean;
  readonly hasVip: boolean;
  /** Of the services that its groups ask for, whether each runs. */
  readonly units: Readonly<Record<string, boolean>>;
  readonly instances: readonly InstanceState[];
  /** The database as this server's Patroni sees it. */
  readonly cluster: Cluster | undefined;
  readonly isEtcdHealthy: boolean;
  readonly cache: CacheState | undefined;
  /** What it knows of backups, when it has the primary. */
  readonly backup: BackupState | undefined;
  /** Milliseconds since 1970 at which its first certificate expires. */
  readonly certificateEnds: number | undefined;
  /** Per cent of the fullest of its disks. */
  readonly disk: number;
};

export type Status = {
  /** A server that does not answer has a reason instead of a state. */
  readonly servers: Readonly<Record<string, ServerState | { readonly unreachable: string }>>;
};

/** A dead server is given up after 3 s, one that lets ssh in and then stalls after 5 s: whoever looks is in a hurry. */
const patience = { connectTimeout: 3, timeout: 5_000 };

/**
 * Prints a line for everything there is to know, in no order: all is asked at once, and nothing waits for longer than 2 s.
 * $1 is the server's address, $2 the VIP, $3 the interface on which its holder has it (every load balancer has it on lo as well), $4 the
 * instances' ops ports; what the server does not have says nothing.
 */
const look = `
here=$1 vip=$2 device=$3
pki=/etc/scale-up/pki
ask() { curl --silent --max-time 2 "$@" || true; }
{ [ ! -e /var/lib/scale-up/evacuated ] || echo evacuated; } &
{ ip -oneline -4 address show dev "$device" | grep -qF " $vip/" && echo vip || true; } &
for unit in haproxy keepalived etcd patroni valkey-server valkey-sentinel prometheus; do
  echo "unit $unit $(systemctl is-active "$unit" || true)" &
done
for each in $4; do
  IFS=/ read -r kind number port <<<"$each"
  {
    ready=$(ask --output /dev/null --write-out '%{http_code}' "http://$here:$port/readyz")
    release=$(ask "http://$here:$port/metrics" | sed -n 's/^service_info{.*release="\\([^"]*\\)".*/\\1/p')
    echo "instance $kind $number \${ready:-0} $release"
  } &
done
if [ -e /etc/patroni/config.yml ]; then
  echo "cluster $(ask --cacert $pki/ca.pem "https://$here:8008/cluster")" &
fi
if [ -e /etc/scale-up/etcdctl.env ]; then
  echo "etcd $(ask --cacert $pki/ca.pem --cert $pki/server.pem --key $pki/server.key "https://$here:2379/health")" &
fi
if [ -e /etc/scale-up/valkey-cli.env ]; then
  (set -a; . /etc/scale-up/valkey-cli.env; echo "cache $(timeout 2 valkey-cli --user admin -h "$here" info replication 2>&1 | tr -d '\\r' | tr '\\n' ' ')") &
fi
sed -n 's/^scale_up_backup_/backup /p' /var/lib/scale-up/metrics/backup.prom 2>/dev/null || true
for certificate in $pki/server.pem /etc/haproxy/edge.pem; do
  { [ ! -e "$certificate" ] || echo "certificate $(openssl x509 -noout -enddate -in "$certificate" | cut -d= -f2)"; } &
done
df --output=pcent,fstype -x tmpfs -x devtmpfs -x efivarfs | awk '$1 ~ /%/ { sub("%", "", $1); print "disk", $1 }' &
wait
`;

/** The ops ports of a server's instances, as the inventory has them: `web/1/8180`. */
const instancesText = (counts: Readonly<Record<'web' | 'app', number>>): string =>
  (['web', 'app'] as const)
    .flatMap((kind) =>
      Array.from({ length: counts[kind] }, (_, index) => {
        const port = (kind === 'web' ? 8180 : 8190) + 1000 * index;
        return `${kind}/${index + 1}/${port}`;
      }),
    )
    .join(' ');

/** The command that a server answers with all that `parseState` reads. */
export const lookCommand = (
  address: string,
  vip: Inventory['vip'],
  counts: Readonly<Record<'web' | 'app', number>>,
): Remote => ({
  ...script(look, address, vip.address, vip.interface, instancesText(counts)),
  ...patience,
});

/** Reads what a server said. */
export const parseState = (text: string): ServerState => {
  const lines = text.split('\n').map((line): readonly [string, string] => {
    const space = line.indexOf(' ');
    return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
  });
  const all = (key: string): string[] => lines.filter(([name]) => name === key).map(([, value]) => value);
  const one = (key: string): string => all(key)[0] ?? '';
  const ends = all('certificate').map((date) => Date.parse(date));
  return {
    isEvacuated: all('evacuated').length > 0,
    hasVip: all('vip').length > 0,
    units: Object.fromEntries(
      all('unit')
        .map((unit) => unit.split(' '))
        .map(([name, state]) => [name, state === 'active']),
    ),
    instances: all('instance')
      .map((instance) => {
        const [kind = '', number, ready, release = ''] = instance.split(' ');
        return { kind: kind as 'web' | 'app', number: Number(number), ready: Number(ready), release };
      })
      .toSorted((a, b) => a.number - b.number),
    cluster: clusterIn(one('cluster')),
    isEtcdHealthy: one('etcd').includes('"health":"true"'),
    cache: cacheIn(one('cache')),
    backup: parseBackup(all('backup')),
    certificateEnds: ends.length > 0 ? Math.min(...ends) : undefined,
    disk: Math.max(0, ...all('disk').map(Number)),
  };
};

const clusterIn = (text: string): Cluster | undefined => {
  try {
    return parseCluster(text);
  } catch {
    return undefined;
  }
};

const cacheIn = (text: string): CacheState | undefined => {
  const value = (key: string): string => new RegExp(`(?:^| )${key}:(\\S*)`).exec(text)?.[1] ?? '';
  const role = value('role');
  if (role === '') return undefined;
  return { role, primary: value('master_host'), isLinked: value('master_link_status') === 'up' };
};

const stateOf = ({ isUnreachable, code, stdout, stderr }: Answer): ServerState | { readonly unreachable: string } => {
  if (!isUnreachable && code === 0) return parseState(stdout);
  return { unreachable: stderr.trim().split('\n').at(-1) || `exit code ${code}` };
};

/**
 * Asks all servers at once what they are doing.
 * @param instancesOf how many processes each should have
 */
export const readStatus = async (
  inventory: Inventory,
  servers: Servers,
  instancesOf: (server: string) => Readonly<Record<'web' | 'app', number>>,
): Promise<Status> => {
  const { groups, vip } = inventory;
  const states = Object.entries(inventory.servers).map(async ([name, { address }]) => {
    const { web, app } = instancesOf(name);
    const counts = { web: groups.web.includes(name) ? web : 0, app: groups.app.includes(name) ? app : 0 };
    return [name, stateOf(await servers.ask(name, lookCommand(address, vip, counts)))] as const;
  });
  return { servers: Object.fromEntries(await Promise.all(states)) };
};
