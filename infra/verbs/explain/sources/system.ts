import { instanceName } from './services.ts';
import type { Source } from './rules.ts';

const names: Readonly<Record<string, string>> = {
  'haproxy.service': 'HAProxy',
  'keepalived.service': 'keepalived',
  'patroni.service': 'Patroni',
  'etcd.service': 'etcd',
  'valkey-server.service': 'Valkey',
  'valkey-sentinel.service': 'Sentinel',
  'scale-up-witness.service': 'the witness',
};

const nameOf = (unit: string): string => names[unit] ?? instanceName(unit);

/** Of systemd: programs of the site that end and begin; of the kernel: memory; and that a server has started. */
export const system: Source = {
  isOf: ({ identifier, unit }) =>
    identifier === 'systemd' ? nameOf(unit) !== unit : identifier === 'kernel' || identifier === 'systemd-journald',
  who: ({ identifier }) => (identifier === 'systemd-journald' ? 'systemd' : identifier),
  rules: [
    [
      /^Journal started/,
      (_match, { server }) => ({ what: 'the server has started', fact: { type: 'server-started', server } }),
    ],
    [
      /: Main process exited, code=(\w+), status=(\S+)/,
      ([, code, status], { unit, server }) => ({
        what: `${nameOf(unit)} ended: ${code}, ${status}`,
        fact: { type: 'ended', what: nameOf(unit), server },
      }),
    ],
    [
      /: Scheduled restart job, restart counter is at (\d+)/,
      ([, count], { unit }) => `starts ${nameOf(unit)} again (${count})`,
    ],
    [/^Stopping \S+\.service/, (_match, { unit }) => `stops ${nameOf(unit)}`],
    [/^Started \S+\.service/, (_match, { unit }) => `has started ${nameOf(unit)}`],
    [
      /Out of memory: Killed process \d+ \(([^)]+)\)/,
      ([, what = ''], { server }) => ({
        what: `there is no memory left: ${what} is killed`,
        fact: { type: 'ended', what, server },
      }),
    ],
  ],
};
