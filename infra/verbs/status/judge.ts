import { type Group, type Inventory } from '../../inventory/schema.ts';
import { type Cluster, isWell, leaderOf } from '../database/cluster.ts';
import { megabytes } from '../support/amounts.ts';
import { backupFindings, type BackupState, newestWord } from './backups.ts';
import type { ServerState, Status } from './collect.ts';

/** Something that is not as it should be. */
export type Finding = {
  readonly what: string;
  /** What the operator does about it. */
  readonly remedy: string;
  /** With it, the next loss may be felt; without, it only asks for attention. */
  readonly isLoss: boolean;
};

const day = 24 * 60 * 60 * 1000;
/** `provision` renews 90 days before the end, so whoever sees this has not run it for two months. */
const certificateWarning = 30 * day;
/** PostgreSQL stops when it cannot write; at 90 % there is time to look. */
const fullDisk = 90;
/** A standby further behind takes noticeably longer to take over (16 MB: 0.2 s). */
const farBehind = 16 * 1024 * 1024;

/** The services that a group asks for. */
const unitsOf: Readonly<Record<Group, readonly string[]>> = {
  loadbalancers: ['haproxy', 'keepalived'],
  web: ['haproxy'],
  app: ['haproxy'],
  database: ['etcd', 'patroni'],
  cache: ['valkey-server', 'valkey-sentinel'],
};

type Answering = readonly (readonly [string, ServerState])[];

/** The servers that answered. */
export const answering = ({ servers }: Status): Answering =>
  Object.entries(servers).flatMap(([name, state]) => ('unreachable' in state ? [] : [[name, state] as const]));

/** The database as the servers see it: as one does that knows of a primary, else as any. */
export const clusterOf = (status: Status): Cluster | undefined => {
  const seen = answering(status).flatMap(([, { cluster }]) => cluster ?? []);
  return seen.find((cluster) => leaderOf(cluster)) ?? seen[0];
};

/** The servers that hold the VIP: one, if all is well. */
export const vipHolders = (status: Status): string[] =>
  answering(status)
    .filter(([, { hasVip }]) => hasVip)
    .map(([name]) => name);

/** The servers whose Valkey takes writes: one, if all is well. */
export const cachePrimaries = (status: Status): string[] =>
  answering(status)
    .filter(([, { cache }]) => cache?.role === 'master')
    .map(([name]) => name);

/** What is known of backups. */
export const backupOf = (status: Status): BackupState | undefined =>
  newestWord(answering(status).flatMap(([, { backup }]) => backup ?? []));

/** All releases that run. */
export const releasesOf = (status: Status): string[] => [
  ...new Set(
    answering(status)
      .flatMap(([, { instances }]) => instances.map(({ release }) => release))
      .filter(Boolean),
  ),
];

const lost = (what: string, remedy: string): Finding => ({ what, remedy, isLoss: true });
const notice = (what: string, remedy: string): Finding => ({ what, remedy, isLoss: false });

/**
 * All that is not as the inventory wants it.
 * @param now milliseconds since 1970
 */
export const findingsOf = (inventory: Inventory, status: Status, now: number = Date.now()): Finding[] => [
  ...serverFindings(status, inventory),
  ...vipFindings(status, inventory),
  ...releaseFindings(status, inventory),
  ...databaseFindings(status, inventory),
  ...cacheFindings(status),
  ...backupFindings(inventory, backupOf(status), now),
  ...upkeepFindings(status, now),
  ...measuringFindings(status, inventory),
];

const serverFindings = ({ servers }: Status, { groups }: Inventory): Finding[] =>
  Object.entries(servers).flatMap(([name, state]) => {
    if ('unreachable' in state) {
      return lost(
        `${name} does not answer: ${state.unreachable}`,
        `see to its power and network; it returns by itself. With an empty disk: provision --limit ${name}, then deploy`,
      );
    }
    const wanted = new Set(
      Object.entries(unitsOf).flatMap(([group, units]) => (groups[group as Group].includes(name) ? units : [])),
    );
    const evacuated = state.isEvacuated ? [lost(`${name} is evacuated`, `npx nx return infra -- ${name}`)] : [];
    const stopped = [...wanted]
      // An evacuated load balancer has no VIP on purpose, and so on.
      .filter((unit) => !state.isEvacuated && !state.units[unit])
      .map((unit) => lost(`${unit} does not run on ${name}`, `there: systemctl status ${unit}; journalctl -u ${unit}`));
    const isEtcdIll = groups.database.includes(name) && state.units['etcd'] && !state.isEtcdHealthy;
    const etcd = isEtcdIll ? [lost(`etcd on ${name} has no quorum`, `there: journalctl -u etcd`)] : [];
    const instances = state.instances
      .filter(({ ready }) => !state.isEvacuated && ready !== 200)
      .map(({ kind, number, ready }) =>
        lost(
          `${kind} ${number} on ${name} ${ready === 0 ? 'does not answer' : `is not ready (${ready})`}`,
          `there: systemctl status ${kind}@${number}; journalctl -u ${kind}@${number}`,
        ),
      );
    // Without a release there is one finding, not one an instance.
    return [...evacuated, ...stopped, ...etcd, ...(state.instances.some(({ release }) => release) ? instances : [])];
  });

const vipFindings = (status: Status, { vip }: Inventory): Finding[] => {
  const holders = vipHolders(status);
  if (holders.length === 1) return [];
  if (holders.length === 0) {
    return [lost(`nobody holds the VIP ${vip.address}`, 'on the load balancers: journalctl -u keepalived')];
  }
  const remedy = 'they do not hear each other (VRRP, protocol 112): look at their network; journalctl -u keepalived';
  return [lost(`${holders.join(' and ')} hold the VIP ${vip.address} at once`, remedy)];
};

const releaseFindings = (status: Status, { groups }: Inventory): Finding[] => {
  const releases = releasesOf(status);
  if (releases.length === 0) return [lost('no release runs', 'npx nx deploy infra')];
  const empty = answering(status)
    .filter(([name]) => groups.web.includes(name) || groups.app.includes(name))
    .filter(([, { instances, isEvacuated }]) => !isEvacuated && !instances.some(({ release }) => release !== ''))
    .map(([name]) =>
      lost(`no instance of web or app answers on ${name}`, 'npx nx deploy infra brings the release there'),
    );
  if (releases.length === 1) return empty;
  const remedy = 'a deploy is at work, or was stopped: npx nx deploy infra, or npx nx rollback infra';
  return [...empty, lost(`${releases.join(' and ')} run side by side`, remedy)];
};

const databaseFindings = (status: Status, { groups }: Inventory): Finding[] => {
  const cluster = clusterOf(status);
  const list = 'on a database server: patronictl -c /etc/patroni/config.yml list; journalctl -u patroni';
  if (!cluster) return [lost('no Patroni answers', list)];
  if (!leaderOf(cluster)) return [lost('the database has no primary', `wait 30 s for the next one; then ${list}`)];
  return groups.database.flatMap((name) => {
    const state = status.servers[name];
    // That it does not answer, or was evacuated, is a finding already.
    if (!state || 'unreachable' in state || !state.units['patroni']) return [];
    if (!isWell(cluster, name)) return [lost(`PostgreSQL on ${name} does not follow the primary`, list)];
    const lag = cluster.members.find((member) => member.name === name)?.lag ?? 0;
    return lag > farBehind
      ? [
          notice(
            `PostgreSQL on ${name} is ${megabytes(lag)} behind`,
            'it catches up, unless its disk or network is too slow',
          ),
        ]
      : [];
  });
};

const cacheFindings = (status: Status): Finding[] => {
  const primaries = cachePrimaries(status);
  const sentinel = 'on a cache server: journalctl -u valkey-sentinel -u valkey-server';
  const cut = answering(status)
    .filter(([, { cache }]) => cache && cache.role !== 'master' && !cache.isLinked)
    .map(([name]) => lost(`Valkey on ${name} does not follow the primary`, sentinel));
  if (primaries.length === 1) return cut;
  const what =
    primaries.length === 0
      ? 'Valkey has no primary'
      : `Valkey has ${primaries.length} primaries: ${primaries.join(', ')}`;
  return [lost(what, `wait 10 s for Sentinel; then ${sentinel}`), ...cut];
};

const upkeepFindings = (status: Status, now: number): Finding[] =>
  answering(status).flatMap(([name, { certificateEnds, disk }]) => [
    ...(certificateEnds !== undefined && certificateEnds - now < certificateWarning
      ? [
          notice(
            `a certificate of ${name} ends on ${new Date(certificateEnds).toISOString().slice(0, 10)}`,
            'npx nx provision infra renews it',
          ),
        ]
      : []),
    ...(disk >= fullDisk
      ? [notice(`a disk of ${name} is ${disk} % full`, 'there: df -h; journalctl --disk-usage; podman image prune')]
      : []),
  ]);

/** Nobody feels it; but whoever relies on alerts gets none. */
const measuringFindings = (status: Status, { observability }: Inventory): Finding[] =>
  answering(status)
    .filter(([name, { units }]) => observability.servers.includes(name) && !units['prometheus'])
    .map(([name]) =>
      notice(`prometheus does not run on ${name}`, 'there: systemctl status prometheus; journalctl -u prometheus'),
    );
