import type { Remote } from '../support/ssh.ts';

/** What a server does at this moment, as far as an evacuation cares. */
export type Look = {
  readonly isEvacuated: boolean;
  readonly hasVip: boolean;
  /** Changes when it boots. */
  readonly boot: string;
  /** Units of web and app that run (`web@1.service`), and those of them that are ready for requests. */
  readonly running: readonly string[];
  readonly ready: readonly string[];
  /** Other services of the site that run. */
  readonly services: readonly string[];
  /** Whether there is a release that could be started. */
  readonly hasRelease: boolean;
  readonly etcd: 'leader' | 'member' | 'ill' | undefined;
  /** "linked": a replica that follows its primary. */
  readonly valkey: 'primary' | 'linked' | 'ill' | undefined;
};

/** Lies where a reboot does not reach it; keepalived and the units of web and app look for it too. */
export const evacuatedFile = '/var/lib/scale-up/evacuated';

const text = `
vip=$1 device=$2 address=$3
[ ! -e ${evacuatedFile} ] || echo evacuated
ip -o -4 address show dev "$device" | grep -qF " $vip/" && echo vip
echo "boot $(cat /proc/sys/kernel/random/boot_id)"
podman image exists localhost/scale-up/web:current 2>/dev/null && echo release
for unit in $(systemctl list-units --plain --no-legend --state=active 'web@*' 'app@*' | cut -d' ' -f1); do
  echo "running $unit"
  number=\${unit#*@}; number=\${number%.service}
  case $unit in web@*) port=8180 ;; *) port=8190 ;; esac
  curl --silent --fail --max-time 2 "http://$address:$((port + 1000 * (number - 1)))/readyz" >/dev/null && echo "ready $unit"
done
for service in haproxy keepalived etcd patroni valkey-server; do
  systemctl --quiet is-active "$service" && echo "service $service"
done
if systemctl --quiet is-enabled etcd 2>/dev/null; then
  set -a; . /etc/scale-up/etcdctl.env; set +a; ETCDCTL_ENDPOINTS=https://127.0.0.1:2379
  if timeout 4 etcdctl endpoint health >/dev/null 2>&1; then
    case $(etcdctl endpoint status | cut -d, -f5) in *true) echo "etcd leader" ;; *) echo "etcd member" ;; esac
  else echo "etcd ill"; fi
fi
if systemctl --quiet is-enabled valkey-server 2>/dev/null; then
  set -a; . /etc/scale-up/valkey-cli.env; set +a
  case $(timeout 2 valkey-cli --user admin info replication 2>/dev/null | tr -d '\\r') in
  *role:master*) echo "valkey primary" ;;
  *master_link_status:up*) echo "valkey linked" ;;
  *) echo "valkey ill" ;;
  esac
fi
`;

/** Looks at a server. Nothing in it may fail for a service that is not there. */
export const look = (vip: { readonly address: string; readonly interface: string }, address: string): Remote => ({
  words: ['bash', '-c', `${text}\nexit 0`, 'bash', vip.address, vip.interface, address],
  timeout: 20_000,
});

/** What `look` printed. */
export const parseLook = (output: string): Look => {
  const lines = output.split('\n');
  const all = (kind: string): string[] =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  return {
    isEvacuated: lines.includes('evacuated'),
    hasVip: lines.includes('vip'),
    boot: all('boot')[0] ?? '',
    running: all('running'),
    ready: all('ready'),
    services: all('service'),
    hasRelease: lines.includes('release'),
    etcd: all('etcd')[0] as Look['etcd'],
    valkey: all('valkey')[0] as Look['valkey'],
  };
};
