import { type Group, groupNames, type Inventory } from '../../inventory/schema.ts';
import { leaderOf } from '../database/cluster.ts';
import { megabytes } from '../support/amounts.ts';
import { backupText } from './backups.ts';
import type { ServerState, Status } from './collect.ts';
import { backupOf, cachePrimaries, clusterOf, type Finding, releasesOf, vipHolders } from './judge.ts';

const titles: Readonly<Record<Group, string>> = {
  loadbalancers: 'VIP',
  web: 'web',
  app: 'app',
  database: 'database',
  cache: 'cache',
};

/** Ready instances of all, with their release: `1/1 4f3a1c2`. */
const instancesCell = ({ instances }: ServerState, kind: 'web' | 'app'): string => {
  const mine = instances.filter((instance) => instance.kind === kind);
  const ready = mine.filter((instance) => instance.ready === 200).length;
  const releases = [...new Set(mine.map(({ release }) => release).filter(Boolean))];
  return [`${ready}/${mine.length}`, ...releases].join(' ');
};

const databaseCell = (status: Status, name: string): string => {
  const member = clusterOf(status)?.members.find((each) => each.name === name);
  if (!member) return 'unknown';
  if (member.role === 'leader') return member.state === 'running' ? 'primary' : `primary, ${member.state}`;
  if (member.state !== 'streaming') return member.state;
  return member.lag ? `standby −${megabytes(member.lag)}` : 'standby';
};

const cacheCell = ({ cache }: ServerState): string => {
  if (!cache) return 'off';
  if (cache.role === 'master') return 'primary';
  return cache.isLinked ? 'replica' : 'cut off';
};

const cells: Readonly<Record<Group, (status: Status, name: string, state: ServerState) => string>> = {
  loadbalancers: (_status, _name, state) => (state.hasVip ? 'holds' : 'waits'),
  web: (_status, _name, state) => instancesCell(state, 'web'),
  app: (_status, _name, state) => instancesCell(state, 'app'),
  database: (status, name) => databaseCell(status, name),
  cache: (_status, _name, state) => cacheCell(state),
};

const cell = ({ groups }: Inventory, status: Status, name: string, group: Group): string => {
  if (!groups[group].includes(name)) return '';
  const state = status.servers[name];
  return !state || 'unreachable' in state ? '?' : cells[group](status, name, state);
};

const remark = (state: Status['servers'][string] | undefined): string => {
  if (!state || 'unreachable' in state) return 'does not answer';
  return state.isEvacuated ? 'evacuated' : '';
};

/** Pads every column to its widest cell. */
const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd(),
  );
};

const or = (words: readonly string[], otherwise: string): string => words.join(' and ') || otherwise;

/**
 * The state of the site on one screen.
 * @param now milliseconds since 1970
 */
export const screen = (
  inventory: Inventory,
  status: Status,
  findings: readonly Finding[],
  now: number = Date.now(),
): string => {
  const cluster = clusterOf(status);
  const primary = cluster && leaderOf(cluster)?.name;
  const head = [
    inventory.name,
    `https://${inventory.site.host}`,
    `VIP ${inventory.vip.address} on ${or(vipHolders(status), 'nobody')}`,
    `primary ${primary ?? 'none'}`,
    `cache ${or(cachePrimaries(status), 'none')}`,
    `release ${or(releasesOf(status), 'none')}`,
    backupText(inventory, backupOf(status), now),
  ].join(' · ');
  const rows = Object.keys(inventory.servers).map((name) => [
    name,
    ...groupNames.map((group) => cell(inventory, status, name, group)),
    remark(status.servers[name]),
  ]);
  const table = aligned([['', ...groupNames.map((group) => titles[group]), ''], ...rows]);
  const faults = findings.flatMap(({ what, remedy, isLoss }) => [`${isLoss ? '✗' : '!'} ${what}`, `    → ${remedy}`]);
  return [head, '', ...table, '', ...(faults.length > 0 ? faults : ['✓ Everything is as it should be.']), ''].join(
    '\n',
  );
};
