import { createHash } from 'node:crypto';
import type { Command } from '../local/die-with-parent.ts';
import { command } from './run.ts';

/** The servers' system. */
export const suite = 'trixie';

/** All that the roles install, so that `provision` finds it there: the lab's servers have no internet. */
export const packages: readonly string[] = [
  // The system
  'systemd systemd-sysv dbus libpam-systemd openssh-server python3 python3-apt sudo nftables iproute2 iputils-ping procps',
  'unattended-upgrades logrotate acl ca-certificates curl socat jq openssl rsync zstd less',
  // The tiers
  'haproxy keepalived podman crun catatonit netavark aardvark-dns valkey-server valkey-sentinel',
  'postgresql pgbackrest patroni python3-psycopg2 python3-etcd etcd-server etcd-client',
  // What measures them
  'prometheus prometheus-node-exporter prometheus-postgres-exporter prometheus-redis-exporter',
].flatMap((line) => line.split(' '));

/** Services that Debian starts as soon as they are installed; a bare server of the lab starts none of them. */
const tiers = ['haproxy', 'keepalived', 'etcd', 'postgresql', 'patroni', 'valkey-server', 'valkey-sentinel', 'podman'];

/** And those that measure. */
const exporters = ['prometheus', ...['node', 'postgres', 'redis'].map((name) => `prometheus-${name}-exporter`)];

/** Useless in a container, or in the way of a quick and quiet boot. */
const useless = [
  'console-getty.service',
  'getty@.service',
  'container-getty@.service',
  'netavark-dhcp-proxy.socket',
  'netavark-dhcp-proxy.service',
  'ldconfig.service',
  'dpkg-db-backup.timer',
  'fstrim.timer',
];

/** What is wiped: clusters of the packages' own, what must differ between servers, what only takes room. */
const wiped = [
  '/var/lib/postgresql/*',
  '/etc/postgresql/*',
  '/var/lib/etcd/*',
  '/var/lib/valkey/*',
  '/etc/ssh/ssh_host_*',
  '/var/cache/apt/archives/*.deb',
  '/var/lib/apt/lists/*_*',
  '/var/log/*.log',
  '/var/log/postgresql/*',
];

/** What debootstrap is asked for. */
export const bootstrap = (root: string, mirror: string): Command =>
  command('debootstrap', '--variant=minbase', `--include=${packages.join(',')}`, suite, root, mirror);

/** Makes of a fresh Debian a bare server that can be copied. */
export const settle = (root: string): Command[] => [
  command('sh', '-c', `rm -rf ${wiped.map((path) => `${root}${path}`).join(' ')}`),
  command('sh', '-c', `: > ${root}/etc/machine-id && mkdir -p ${root}/var/lib/containers ${root}/var/log/journal`),
  command('chroot', root, 'systemctl', '--quiet', 'disable', ...tiers, ...exporters),
  command('chroot', root, 'systemctl', '--quiet', 'mask', ...useless),
];

/** Names an image by all that goes into it. */
export const imageName = (): string => {
  const recipe = JSON.stringify([bootstrap('', ''), settle('')]);
  return `lab-image-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`;
};
