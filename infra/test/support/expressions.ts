import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { root } from '../../local/paths.ts';
import type { OwnDashboard } from './grafana-dashboard.ts';

const files = `${root}infra/roles/observability/files/`;

/** The dashboards, by the name of their file. */
export const dashboards: Readonly<Record<string, OwnDashboard>> = Object.fromEntries(
  readdirSync(`${files}dashboards`).map((name) => [
    name,
    JSON.parse(readFileSync(`${files}dashboards/${name}`, 'utf8')) as OwnDashboard,
  ]),
);

/** Every expression in a value, whatever stands around it. */
const expressionsIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'expr' && typeof each === 'string' ? [each] : expressionsIn(each),
  );
};

/** What each dashboard and the rules ask Prometheus; Grafana's variable is the time between two of its points. */
export const expressions: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...Object.entries(dashboards), ['rules.yml', parse(readFileSync(`${files}rules.yml`, 'utf8'))] as const].map(
    ([name, value]) => [name, expressionsIn(value).map((each) => each.replaceAll('$__rate_interval', '5m'))],
  ),
);

/** What the rules write down themselves. */
export const recorded: readonly string[] = [
  ...readFileSync(`${files}rules.yml`, 'utf8').matchAll(/- record: (\S+)/g),
].map(([, name = '']) => name);
