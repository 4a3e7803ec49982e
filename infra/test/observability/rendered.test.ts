import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { parse } from 'yaml';
import { groupsOf, readInventory } from '../../inventory/read.ts';
import { shipped } from '../support/inventories.ts';
import { cannotJudge, promtool } from '../support/promtool.ts';
import { cannotRender, rendered, type Rendered } from '../support/rendered.ts';
import { within } from '../support/site.ts';

/** Ansible is installed once, as for the other roles. */
const timeout = 600_000;

type Job = {
  readonly job_name: string;
  readonly static_configs: readonly {
    readonly targets: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
};
type Configuration = { readonly alerting?: unknown; readonly scrape_configs: readonly Job[] };

const textOf = (site: Rendered, server: string, path: string): string => {
  const found = site.files[server]?.find((file) => file.path === path);
  assert.ok(found, `${server} has no ${path}`);
  return found.text;
};

const configuration = (site: Rendered, server: string): Configuration =>
  parse(textOf(site, server, '/etc/prometheus/scale-up.yml')) as Configuration;

/** What a Prometheus asks: job, address and port, and the label by which it is known. */
const targetsOf = ({ scrape_configs: jobs }: Configuration) =>
  jobs.flatMap(({ job_name: job, static_configs: all }) =>
    all.flatMap(({ targets, labels }) =>
      targets.map((target) => ({ job, target, instance: labels['instance'] ?? '' })),
    ),
  );

suite('where somebody measures', { skip: cannotRender, timeout }, () => {
  const work = mkdtempSync(join(tmpdir(), 'scale-up-observability-'));
  after(() => rmSync(work, { recursive: true }));
  let three: Rendered;
  let tiers: Rendered;
  before(async () => {
    three = await rendered('three-servers', { observability: { servers: ['s1', 's2'], alertmanagers: [] } });
    tiers = await rendered('separate-tiers', {
      servers: {
        ...readInventory(shipped('separate-tiers')).servers,
        'mon-1': { address: '10.78.0.16', ssh: { user: 'root', port: 22 } },
      },
      observability: { servers: ['mon-1'], alertmanagers: ['alerts.example.org:9093'] },
    });
  });

  test('its configuration and rules are accepted by the servers’ promtool', { skip: cannotJudge }, async () => {
    for (const [site, server] of [
      [three, 's1'],
      [three, 's2'],
      [tiers, 'mon-1'],
    ] as const) {
      const folder = join(work, server);
      for (const { path, text } of site.files[server] ?? []) {
        mkdirSync(dirname(folder + path), { recursive: true });
        writeFileSync(folder + path, text.replaceAll('/etc/', `${folder}/etc/`));
      }
      const { code, output } = await promtool(folder, 'check', 'config', 'etc/prometheus/scale-up.yml');
      assert.equal(code, 0, output);
      const count = textOf(site, server, '/etc/prometheus/scale-up-rules.yml').match(/- (?:alert|record): /g)?.length;
      assert.ok(output.includes(`${count} rules found`), output);
    }
  });

  test('each asks every part of every server, by the server’s name and the instance’s', () => {
    const names = (site: Rendered, server: string): string[] =>
      targetsOf(configuration(site, server))
        .map(({ job, target, instance }) => `${job} ${instance} ${target.split(':')[1]}`)
        .toSorted();
    // Two instances each are rendered.
    const each = (server: string): string[] => [
      `node ${server} 9100`,
      `haproxy ${server} 8404`,
      `web ${server}-1 8180`,
      `web ${server}-2 9180`,
      `app ${server}-1 8190`,
      `app ${server}-2 9190`,
      `patroni ${server} 8008`,
      `postgres ${server} 9187`,
      `etcd ${server} 2381`,
      `valkey ${server} 9121`,
    ];
    for (const server of ['s1', 's2']) {
      const wanted = ['s1', 's2', 's3'].flatMap(each).concat(`prometheus ${server} 9095`);
      assert.deepEqual(names(three, server), wanted.toSorted());
    }
    assert.deepEqual(
      names(tiers, 'mon-1'),
      [
        ...['app-1', 'db-1', 'lb-1', 'lb-2', 'mon-1', 'web-1'].map((server) => `node ${server} 9100`),
        ...['app-1', 'lb-1', 'lb-2', 'web-1'].map((server) => `haproxy ${server} 8404`),
        'app app-1-1 8190',
        'app app-1-2 9190',
        'web web-1-1 8180',
        'web web-1-2 9180',
        'etcd db-1 2381',
        'patroni db-1 8008',
        'postgres db-1 9187',
        'valkey app-1 9121',
        'prometheus mon-1 9095',
      ].toSorted(),
    );
  });

  test('the firewall lets it reach all of them, and nobody else what only it asks', () => {
    for (const [site, measuring] of [
      [three, ['s1', 's2']],
      [tiers, ['mon-1']],
    ] as const) {
      const { servers } = site.inventory;
      const addresses = measuring.map((server) => servers[server]?.address);
      for (const { job, target } of targetsOf(configuration(site, measuring[0]))) {
        const [address, port] = target.split(':');
        const server = Object.keys(servers).find((name) => servers[name]?.address === address);
        if (job === 'prometheus') continue;
        const rules = textOf(site, server ?? '', '/etc/nftables.conf').split('\n');
        const open = rules.filter((rule) => new RegExp(`dport .*\\b${port}\\b.* accept`).test(rule));
        assert.ok(
          open.some((rule) => addresses.every((each) => rule.includes(String(each)))),
          `${job} of ${server}`,
        );
        if (!['node', 'postgres', 'valkey'].includes(job)) continue;
        assert.deepEqual(
          open.map((rule) => /saddr \{ (.*?) \}/.exec(rule)?.[1]),
          [addresses.join(', ')],
          `${job} of ${server}`,
        );
      }
    }
  });

  test('Prometheus listens on loopback alone, at a port of nobody else’s', () => {
    const unit = textOf(three, 's1', '/etc/systemd/system/prometheus.service.d/scale-up.conf');
    const port = Number(/--web\.listen-address=127\.0\.0\.1:(\d+) /.exec(unit)?.[1]);
    const instances = [8080, 8090, 8180, 8190].flatMap((first) =>
      Array.from({ length: 24 }, (_, n) => first + 1000 * n),
    );
    assert.ok(port > 0 && !instances.includes(port), String(port));
  });

  test('what it keeps is bounded by time and size, and the time holds the 30 days of the error budget', () => {
    const unit = textOf(three, 's1', '/etc/systemd/system/prometheus.service.d/scale-up.conf');
    assert.ok(Number(/retention\.time=(\d+)d /.exec(unit)?.[1]) > 30);
    assert.match(unit, /retention\.size=\d+GB /);
  });

  test('Alertmanagers are told where the inventory names some, and nobody else', () => {
    assert.equal(configuration(three, 's1').alerting, undefined);
    assert.deepEqual(configuration(tiers, 'mon-1').alerting, {
      alertmanagers: [{ static_configs: [{ targets: ['alerts.example.org:9093'] }] }],
    });
  });

  test('a server gets the exporters of its tiers, and Prometheus only where it is named', () => {
    const units = (server: string): string[] =>
      (tiers.files[server] ?? []).flatMap(
        ({ path }) => /\/(?:prometheus-?)(\w*).*\.service\.d\//.exec(path)?.[1] ?? [],
      );
    assert.deepEqual(Object.fromEntries(Object.keys(tiers.files).map((server) => [server, units(server)])), {
      'lb-1': ['node'],
      'lb-2': ['node'],
      'web-1': ['node'],
      'app-1': ['node', 'redis'],
      'db-1': ['node', 'postgres'],
      'mon-1': ['node', ''],
    });
    for (const [server, files] of Object.entries(tiers.files)) {
      const holdsVip = files.some(({ text }) => text.includes('scale_up_vip_held %d'));
      assert.equal(holdsVip, groupsOf(tiers.inventory, server).includes('loadbalancers'), server);
    }
  });

  test('no exporter has a password in its command or in a file that others may read', () => {
    for (const { path, text, mode } of Object.values(three.files).flat()) {
      if (!/prometheus|exporter/.test(path)) continue;
      assert.ok(!/password/i.test(text.replaceAll(/^#.*$/gm, '')) || mode === '0600', path);
      for (const [, command = ''] of text.matchAll(/^ExecStart=(.+)$/gm))
        assert.doesNotMatch(command, /[0-9a-f]{32}/, path);
    }
    const postgres = textOf(three, 's1', '/etc/systemd/system/prometheus-postgres-exporter.service.d/scale-up.conf');
    const [, user] = /^User=(.*)$/m.exec(postgres) ?? [];
    assert.ok(textOf(three, 's1', '/etc/patroni/config.yml').includes(`- local scale_up ${user} peer\n`));
  });

  test('who shows Valkey’s figures may ask for them, and for nothing else', () => {
    const acl = textOf(three, 's1', '/etc/valkey/scale-up.acl');
    assert.match(acl, /^user metrics reset on #[0-9a-f]{64} -@all \+ping \+info$/m);
  });

  test('who holds the VIP and when certificates end is written down', { timeout: 60_000 }, async () => {
    const folder = join(work, 'figures');
    mkdirSync(folder);
    const authority = join(folder, 'ca.pem');
    writeFileSync(authority, three.secrets.pki.ca.cert);
    const script = textOf(three, 's1', '/usr/local/lib/scale-up/figures')
      .replace('/run/scale-up-figures', folder)
      .replace('/etc/scale-up/pki/ca.pem', authority);
    writeFileSync(join(folder, 'figures'), script);
    const child = spawn('bash', [join(folder, 'figures')], { stdio: 'ignore' });
    const file = join(folder, 'scale-up.prom');
    await within(30, 'figures are written', () => existsSync(file));
    child.kill();
    await once(child, 'exit');
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^scale_up_vip_held 0$/m);
    assert.match(text, /^scale_up_evacuated 0$/m);
    const end = Number(/^scale_up_certificate_end_seconds\{file="[^"]*ca\.pem"\} (\d+)$/m.exec(text)?.[1]);
    assert.ok(end > Date.now() / 1000, text);
  });
});

test('without anybody who measures nothing is shown', { skip: cannotRender, timeout }, async () => {
  const { files } = await rendered('three-servers');
  for (const { path, text } of Object.values(files).flat()) {
    assert.doesNotMatch(path, /prometheus|exporter|figures/);
    assert.doesNotMatch(text, /\b(9100|9121|9187)\b|scale_up_metrics|user metrics/, path);
  }
});
