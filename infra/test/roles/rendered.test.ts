import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, suite, test } from 'node:test';
import { variables } from '@scale-up/config';
import { limits, problems } from '@scale-up/service';
import { parse } from 'yaml';
import type { Group } from '../../inventory/schema.ts';
import { groupsOf } from '../../inventory/read.ts';
import { root } from '../../local/paths.ts';
import { after, duration, sectionsOf } from '../support/haproxy.ts';
import { cannotRender, rendered, type Rendered } from '../support/rendered.ts';
import { secretsIn } from '../support/secrets.ts';

/** Ansible is installed once, into .local/ansible, from the packages that infra/requirements.txt pins: half a minute, with a network. */
const timeout = 600_000;

const names = ['three-servers', 'separate-tiers'] as const;
const sites = {} as Record<(typeof names)[number], Rendered>;

const textOf = (site: Rendered, server: string, path: string): string => {
  const found = site.files[server]?.find((file) => file.path === path);
  assert.ok(found, `${server} has no ${path}`);
  return found.text;
};

const haproxyOf = (site: Rendered, server: string) => sectionsOf(textOf(site, server, '/etc/haproxy/haproxy.cfg'));

/** A value of a file of `KEY=value` lines. */
const valueIn = (text: string, key: string): string | undefined => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];

suite('what roles write', { skip: cannotRender, timeout }, () => {
  before(async () => {
    for (const name of names) sites[name] = await rendered(name);
  });

  suite('the firewall', () => {
    /** The ports of infra/README.md's table, by what uses them; a number of instance n is that of the first. */
    const documented = (): Map<string, number[]> => {
      const readme = readFileSync(`${root}infra/README.md`, 'utf8');
      const table = readme.slice(readme.indexOf('| port |'), readme.indexOf('The firewall lets'));
      const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| | '));
      return new Map(
        rows.map((row) => {
          const [, what = '', ports = ''] = row.split('|').map((cell) => cell.trim());
          // What only listens on loopback needs no hole.
          const open = ports.includes('127.0.0.1') ? '' : ports.replaceAll(/1000·\(n − 1\)/g, '');
          return [what.split(',')[0] ?? '', [...open.matchAll(/\d{2,}/g)].map(([port]) => Number(port))];
        }),
      );
    };

    const rowsOfGroup: Readonly<Record<Group, readonly string[]>> = {
      loadbalancers: ['edge (HAProxy)', "HAProxy's figures"],
      web: ['edge (HAProxy)', "HAProxy's figures", 'web'],
      app: ['app'],
      database: ['PostgreSQL 17', 'Patroni', 'etcd', 'knocks of witnesses'],
      cache: ['Valkey'],
    };

    const openPorts = (rules: string): number[] =>
      [...rules.matchAll(/^ *(?:ip saddr .*)?tcp dport (?:\{ ([\d, ]+) \}|(\d+)) accept/gm)]
        .flatMap(([, list, one]) => (list ?? one ?? '').split(', ').map(Number))
        .toSorted((a, b) => a - b);

    for (const name of names) {
      test(`lets in what the table of infra/README.md says, and SSH, on each server of ${name}`, () => {
        const table = documented();
        const site = sites[name];
        for (const server of Object.keys(site.inventory.servers)) {
          const groups = groupsOf(site.inventory, server);
          const rows = new Set(groups.flatMap((group) => rowsOfGroup[group]));
          if (groups.includes('app') && groups.includes('database')) rows.add('detour to the primary (HAProxy)');
          const wanted = new Set([22, 8404]);
          for (const row of rows) {
            const ports = table.get(row);
            assert.ok(ports && ports.length > 0, `infra/README.md has no ports of ${row}`);
            // Two instances each are rendered.
            const second = row === 'web' || row === 'app' ? ports.map((port) => port + 1_000) : [];
            for (const port of [...ports, ...second]) wanted.add(port);
          }
          const found = openPorts(textOf(site, server, '/etc/nftables.conf'));
          assert.deepEqual(
            [...new Set(found)],
            [...wanted].toSorted((a, b) => a - b),
            server,
          );
        }
      });
    }

    test('lets only those in that the table names: nobody from outside reaches a tier behind the edge', () => {
      const rules = textOf(sites['separate-tiers'], 'db-1', '/etc/nftables.conf');
      assert.match(rules, /ip saddr \{ 10\.78\.0\.15, 10\.78\.0\.14 \} tcp dport \{ 5432, 8008 \} accept/);
      assert.match(rules, /ip saddr \{ 10\.78\.0\.15 \} tcp dport \{ 2379, 2380 \} accept/);
      const app = textOf(sites['separate-tiers'], 'app-1', '/etc/nftables.conf');
      assert.match(app, /ip saddr \{ 10\.78\.0\.13 \} tcp dport \{ 8090, 9090, 8190, 9190 \} accept/);
      for (const site of Object.values(sites)) {
        for (const server of Object.keys(site.files)) {
          const text = textOf(site, server, '/etc/nftables.conf');
          assert.match(text, /hook input priority filter; policy drop;/);
          const forAll = [...text.matchAll(/^ {4}tcp dport (.*) accept/gm)].map(([, ports]) => ports);
          const isEdge = groupsOf(site.inventory, server).some((group) => group === 'loadbalancers' || group === 'web');
          assert.deepEqual(forAll, isEdge ? ['22', '{ 80, 443 }'] : ['22'], server);
        }
      }
    });
  });

  suite('time limits', () => {
    const site = () => sites['three-servers'];
    const hold = Number(variables.HOLD_LIMIT_MS.default);
    const drain = Number(variables.DRAIN_DELAY_MS.default) + Number(variables.DRAIN_LIMIT_MS.default);

    test('whoever is nearer to the client waits longer: browser, edge, web, app', () => {
      const browser = /attemptTimeout = ([\d_]+)/.exec(
        readFileSync(`${root}apps/site/src/api/attempts.ts`, 'utf8'),
      )?.[1];
      const edge = duration(after(haproxyOf(site(), 's1')['defaults http'], 'timeout server'));
      const chain = [Number(browser?.replaceAll('_', '')), edge, limits.upstreamAnswer, hold];
      assert.deepEqual(
        chain,
        chain.toSorted((a, b) => b - a),
      );
      assert.equal(new Set(chain).size, chain.length, `no two of ${chain.join(', ')} are equal`);
    });

    test('a request may take as long to arrive at the edge as at a service', () => {
      const { 'defaults http': http, 'frontend edge': edge } = haproxyOf(site(), 's1');
      assert.equal(duration(after(http, 'timeout http-request')), limits.headersTimeout);
      assert.equal(after(edge, 'http-request wait-for-body time')?.split(' ')[0], `${limits.requestTimeout / 1_000}s`);
    });

    test('app says three times that it is at work before the router takes it for frozen', () => {
      const interval = Number(/interval = (\d+)/.exec(readFileSync(`${root}apps/app/src/under-way.ts`, 'utf8'))?.[1]);
      for (const backend of ['backend app', 'backend app_unchecked']) {
        assert.ok(duration(after(haproxyOf(site(), 's1')[backend], 'timeout server')) > 3 * interval);
      }
    });

    test('HAProxy ends its own connections, and reloads, before what is behind or above it would', () => {
      const { global, 'defaults http': http, 'defaults tcp': tcp } = haproxyOf(site(), 's1');
      const stop = duration(after(global, 'hard-stop-after'));
      const idle = duration(after(http, 'timeout http-keep-alive'));
      assert.ok(idle < stop, 'an idle client is let go before the old process is killed');
      assert.ok(duration(after(http, 'timeout server')) < stop, 'a held request is answered before that');
      assert.ok(idle < limits.keepAlive);
      // libs/database gives an unused connection back after 60 s.
      assert.ok(duration(after(tcp, 'timeout client')) > 60_000);
    });

    test('a stopping instance is known to drain before it stops accepting, and is killed only after it could finish', () => {
      const [, interval, fall] =
        /inter (\w+) .*fall (\d)/.exec(after(haproxyOf(site(), 's1')['defaults http'], 'default-server') ?? '') ?? [];
      assert.ok(duration(interval) * Number(fall) <= Number(variables.DRAIN_DELAY_MS.default));
      for (const kind of ['web', 'app']) {
        const unit = textOf(site(), 's1', `/etc/containers/systemd/${kind}@.container`);
        const [podman, systemd] = [valueIn(unit, 'StopTimeout'), valueIn(unit, 'TimeoutStopSec')].map(Number);
        assert.ok(podman! * 1_000 > drain, `Podman waits ${podman} s, a drain takes ${drain} ms`);
        assert.ok(systemd! > podman!);
      }
    });

    test('Patroni’s leader renews its key twice before it loses it', () => {
      const dynamic = parse(textOf(site(), 's1', '/etc/patroni/dynamic.yml')) as Record<string, number>;
      assert.ok(dynamic['loop_wait']! + 2 * dynamic['retry_timeout']! < dynamic['ttl']!);
    });
  });

  suite('sizes', () => {
    test('what the edge takes in is what services take in', () => {
      const { 'frontend edge': edge } = haproxyOf(sites['three-servers'], 's1');
      assert.ok(edge?.some((line) => line.includes('deny_status 413') && line.includes(`gt ${limits.body} `)));
    });

    test('a request that web would repeat fits into HAProxy’s buffer, headers included', () => {
      const { global } = haproxyOf(sites['three-servers'], 's1');
      assert.ok(Number(after(global, 'tune.bufsize')) >= limits.keptBody + limits.headers);
    });

    test('V8’s limit is below that of the unit, so that a leak ends with a sentence', () => {
      for (const kind of ['web', 'app']) {
        const unit = valueIn(
          textOf(sites['three-servers'], 's1', `/etc/containers/systemd/${kind}@.container`),
          'MemoryMax',
        );
        const heap = /max-old-space-size=(\d+)/.exec(
          textOf(sites['three-servers'], 's1', `/etc/scale-up/${kind}.env`),
        )?.[1];
        assert.ok(Number(heap) < Number.parseInt(unit ?? '', 10), kind);
      }
    });
  });

  test('what HAProxy answers itself stands in the catalogue of problems, word by word', () => {
    for (const site of Object.values(sites)) {
      for (const server of Object.keys(site.files)) {
        if (!site.files[server]?.some(({ role }) => role === 'haproxy')) continue;
        const answers =
          haproxyOf(site, server)['defaults http']?.filter((line) => line.startsWith('http-error ')) ?? [];
        assert.ok(answers.length >= 9);
        for (const line of answers) {
          const document = JSON.parse(/ string '(.*)'$/.exec(line)?.[1] ?? '') as Record<string, unknown>;
          const [code, problem] =
            Object.entries(problems).find(([each]) => `/problems/${each}` === document['type']) ?? [];
          assert.deepEqual(document, { type: `/problems/${code}`, ...problem, errors: {} });
          assert.ok(line.startsWith(`http-error status ${problem?.status} `), line);
        }
      }
    }
  });

  suite('secrets', () => {
    for (const name of names) {
      test(`of ${name} stand only in files that not everybody may read, and that are not shown when they are written`, () => {
        const { files, secrets } = sites[name];
        const words = secretsIn(secrets);
        let holding = 0;
        const open = Object.entries(files).flatMap(([server, each]) =>
          each.flatMap(({ path, text, mode, secret }) => {
            if (!words.some((word) => text.includes(word))) return [];
            holding += 1;
            return mode.endsWith('0') && secret === true ? [] : [`${server}: ${path} (${mode})`];
          }),
        );
        assert.deepEqual(open, []);
        assert.ok(holding > 5);
      });
    }

    test('are on a server only as far as its tiers need them', () => {
      const { files, secrets } = sites['separate-tiers'];
      const holders = (word: string): string[] =>
        Object.keys(files).filter((server) => files[server]?.some(({ text }) => text.includes(word)));
      assert.deepEqual(holders(secrets.token_secret), ['app-1']);
      assert.deepEqual(holders(secrets.patroni.superuser_password), ['db-1']);
      assert.deepEqual(holders(secrets.database.app_password), ['app-1', 'db-1']);
      assert.deepEqual(holders(secrets.edge.key.trim()), ['lb-1', 'lb-2', 'web-1']);
      assert.deepEqual(holders(secrets.pki.ca.key.trim()), [], 'the authority’s key leaves the vault for nobody');
      assert.deepEqual(holders(secrets.pki.servers['app-1']!.key.trim()), ['app-1']);
    });
  });

  suite('tiers on servers of their own', () => {
    test('get the roles of their groups, and no others', () => {
      const { files } = sites['separate-tiers'];
      const roles = Object.fromEntries(
        Object.entries(files).map(([server, each]) => [server, [...new Set(each.map(({ role }) => role))].join(' ')]),
      );
      assert.deepEqual(roles, {
        'lb-1': 'base firewall haproxy keepalived',
        'lb-2': 'base firewall haproxy keepalived',
        'web-1': 'base firewall haproxy containers',
        'app-1': 'base firewall valkey haproxy containers',
        'db-1': 'base firewall etcd patroni',
      });
    });

    test('have in HAProxy what their tier needs: the edge, web’s way to app, app’s way to the database', () => {
      const kinds = ['frontend edge', 'frontend router', 'listen primary'];
      const here = (server: string) => kinds.filter((kind) => haproxyOf(sites['separate-tiers'], server)[kind]);
      assert.deepEqual(here('lb-1'), ['frontend edge']);
      assert.deepEqual(here('web-1'), ['frontend edge', 'frontend router']);
      assert.deepEqual(here('app-1'), ['listen primary']);
    });

    test('believe of a client what the tier before them says, and nobody else', () => {
      const trusted = (server: string, kind: string) =>
        valueIn(textOf(sites['separate-tiers'], server, `/etc/scale-up/${kind}.env`), 'TRUSTED_PROXIES');
      assert.equal(trusted('web-1', 'web'), '10.78.0.11,10.78.0.12,10.78.0.13');
      assert.equal(trusted('app-1', 'app'), '10.78.0.13');
    });

    test('are on the map of the site that app has, each part with the port that lets app in', () => {
      for (const site of Object.values(sites)) {
        const text = textOf(site, site.inventory.groups.app[0] ?? '', '/etc/scale-up/app.env');
        const map = variables.CLUSTER_MAP.kind.parse(valueIn(text, 'CLUSTER_MAP') ?? '');
        assert.equal(map.vip, site.inventory.vip.address);
        const { groups, servers } = site.inventory;
        // Two instances each are rendered; etcd is on the servers of the database.
        const counts = {
          balancer: 'loadbalancers',
          web: 'web',
          app: 'app',
          database: 'database',
          etcd: 'database',
          cache: 'cache',
        } as const;
        for (const [kind, group] of Object.entries(counts)) {
          const perServer = kind === 'web' || kind === 'app' ? 2 : 1;
          const found = map.parts.filter((part) => part.kind === kind);
          assert.deepEqual([...new Set(found.map(({ server }) => server))].toSorted(), groups[group].toSorted());
          assert.equal(found.length, perServer * groups[group].length, kind);
        }
        for (const { server, host, port } of map.parts) {
          assert.equal(host, servers[server]?.address);
          const rules = textOf(site, server, '/etc/nftables.conf').split('\n');
          const app = site.inventory.groups.app.map((name) => servers[name]?.address ?? '');
          const lets = rules.filter((rule) => new RegExp(`tcp dport .*\\b${port}\\b`).test(rule));
          assert.ok(
            app.every((address) => lets.some((rule) => rule.includes(address))),
            `${server} lets app in at ${port}`,
          );
        }
      }
    });

    test('tell app at the VIP who holds it, and nobody else', () => {
      for (const server of ['lb-1', 'lb-2']) {
        const { 'frontend edge_http': http } = haproxyOf(sites['separate-tiers'], server);
        const word = http?.find((line) => line.includes('path /holder'));
        assert.match(word ?? '', new RegExp(`string ${server} if .* src 10\\.78\\.0\\.14 }$`));
        assert.ok(http!.indexOf(word!) < http!.findIndex((line) => line.startsWith('http-request redirect')));
      }
    });

    test('run the units of their tier alone', () => {
      const units = (server: string) =>
        sites['separate-tiers'].files[server]?.map(({ path }) => path).filter((path) => path.endsWith('.container'));
      assert.deepEqual(units('web-1'), ['/etc/containers/systemd/web@.container']);
      assert.deepEqual(units('app-1'), ['/etc/containers/systemd/app@.container']);
    });

    test('one database waits for no standby; of three, two must have every commit', () => {
      const dynamicOf = (site: Rendered, server: string) =>
        parse(textOf(site, server, '/etc/patroni/dynamic.yml')) as Record<string, unknown>;
      assert.equal(dynamicOf(sites['separate-tiers'], 'db-1')['synchronous_mode'], false);
      const three = dynamicOf(sites['three-servers'], 's1');
      assert.equal(three['synchronous_mode'], 'quorum');
      assert.equal(three['synchronous_mode_strict'], true);
    });
  });
});
