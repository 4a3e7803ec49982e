import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { root } from '../../local/paths.ts';
import { expressions, recorded } from '../support/expressions.ts';
import { groupingLabelsOf, selectorsOf } from '../support/promql.ts';
import { within } from '../support/site.ts';

/** The series that there are, by name, with their labels. */
const known = new Map<string, Set<string>>();

/** Labels that Prometheus adds to all (prometheus.yml), and those of its own series. */
const added = ['job', 'instance'];

const learn = (name: string, labels: readonly string[]): void => {
  known.set(name, new Set([...(known.get(name) ?? added), ...labels]));
};

const folder = `${root}infra/test/observability/exporters/`;

/** What others' programs showed when they were asked: a name and its labels on each line. */
const learnExporters = (): void => {
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(folder + file, 'utf8').split('\n')) {
      const [name = '', labels = ''] = line.split(' ');
      if (name !== '' && name !== '#') learn(name, labels.split(',').filter(Boolean));
    }
  }
};

/** What is shown by `/metrics` itself; series that come only with the first request are known by their type. */
const learnText = (text: string): void => {
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const parts = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
    for (const part of parts) learn(name + part, part === '_bucket' ? ['le', 'service'] : ['service']);
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? /gm)) {
    learn(
      name,
      [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label),
    );
  }
};

/** Nothing has been asked of them yet: labels that come with the first request, as their sources have them. */
const later: Readonly<Record<string, readonly string[]>> = {
  http_server_request_duration_seconds: ['http_request_method', 'http_route', 'http_response_status_code'],
  web_retries_total: ['reason'],
  db_client_events_total: ['event'],
};

const running = new Set<ChildProcess>();
const work = mkdtempSync(join(tmpdir(), 'scale-up-metrics-'));
after(async () => {
  for (const child of running) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(work, { recursive: true });
});

/** The figures of a real process; app's database is not there, which does not keep it from showing them. */
const figuresOf = async (service: 'web' | 'app', port: number): Promise<string> => {
  writeFileSync(join(work, 'index.html'), '<!doctype html><title>Trial</title>');
  const name = service.toUpperCase();
  const child = spawn(process.execPath, [`${root}apps/${service}/src/server.ts`], {
    stdio: 'ignore',
    env: {
      ...process.env,
      [`${name}_PORT`]: '0',
      [`${name}_OPS_PORT`]: `${port}`,
      STATIC_DIR: work,
      DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:1/none',
      TOKEN_SECRET: 'a secret of this test alone, and long enough',
    },
  });
  running.add(child);
  let text = '';
  await within(60, `${service} shows figures`, async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => undefined);
    text = (await answer?.text()) ?? '';
    return text.includes('service_info');
  });
  return text;
};

/** What Prometheus leaves out of what it is shown (prometheus.yml). */
const isLeftOut = (name: string): boolean => {
  const template = readFileSync(`${root}infra/roles/observability/templates/prometheus.yml.j2`, 'utf8');
  const [drop = '', keep = ''] = [...template.matchAll(/^ +regex: (.*)$/gm)].map(([, regex]) => regex);
  assert.ok(drop.startsWith('haproxy') && keep.includes('etcd'));
  const matches = (regex: string): boolean => new RegExp(`^(?:${regex})$`).test(name);
  return matches(drop) || (name.startsWith('etcd_') && !matches(keep));
};

suite('what dashboards and rules ask for', { timeout: 180_000 }, () => {
  before(async () => {
    const first = 26_000 + (process.pid % 400) * 2;
    for (const [index, service] of (['web', 'app'] as const).entries()) {
      learnText(await figuresOf(service, first + index));
    }
    learnExporters();
    for (const [name, labels] of Object.entries(later)) {
      for (const part of ['', '_bucket', '_sum', '_count']) if (known.has(name + part)) learn(name + part, labels);
    }
    // Of Prometheus itself, of its rules, and of role exporters (rendered.test.ts runs what writes them).
    learn('up', ['balancer']);
    learn('ALERTS', ['alertname', 'alertstate', 'severity']);
    for (const name of recorded) learn(name, []);
    for (const name of ['scale_up_vip_held', 'scale_up_evacuated']) learn(name, []);
    learn('scale_up_certificate_end_seconds', ['file']);
    // Of role backup, as its program writes them.
    const backups = readFileSync(`${root}infra/roles/backup/templates/state.sh.j2`, 'utf8');
    for (const [, name = '', label] of backups.matchAll(/^ +"(scale_up_backup_\w+)(?:\{(\w+)=)?/gm)) {
      learn(name, label === undefined ? [] : [label]);
    }
  });

  for (const [name, asked] of Object.entries(expressions)) {
    test(`by ${name} is what services and exporters show, with the labels that they have`, () => {
      const faults = asked.flatMap((expression) =>
        selectorsOf(expression).flatMap(({ name: series, labels }) => {
          const there = known.get(series);
          if (!there) return `${series} is shown by nobody`;
          const strange = labels.filter((label) => !there.has(label));
          return [
            ...strange.map((label) => `${series} has no ${label}: ${expression}`),
            ...(isLeftOut(series) ? [`${series} is left out by Prometheus`] : []),
          ];
        }),
      );
      assert.deepEqual(faults, []);
    });

    test(`by ${name} is put together by labels that some of it has`, () => {
      const faults = asked.flatMap((expression) => {
        const there = new Set(selectorsOf(expression).flatMap((selector) => [...(known.get(selector.name) ?? [])]));
        return groupingLabelsOf(expression)
          .filter((label) => !there.has(label))
          .map((label) => `${label}: ${expression}`);
      });
      assert.deepEqual(faults, []);
    });
  }

  test('is read out of an expression as it stands there', () => {
    const expression =
      'sum by (a) (rate(one_total{b="x{y}",c!~"(d)"}[5m])) / on (e) two or vector(0) > 3 * 86400 and (f:g offset 1h)';
    assert.deepEqual(selectorsOf(expression), [
      { name: 'one_total', labels: ['b', 'c'] },
      { name: 'two', labels: [] },
      { name: 'f:g', labels: [] },
    ]);
    assert.deepEqual(groupingLabelsOf(expression), ['a', 'e']);
  });
});
