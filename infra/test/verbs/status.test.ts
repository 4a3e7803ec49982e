import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseState, type ServerState, type Status } from '../../verbs/status/collect.ts';
import { findingsOf } from '../../verbs/status/judge.ts';
import { screen } from '../../verbs/status/screen.ts';
import { clusterWith } from '../support/clusters.ts';
import { threeServers } from '../support/inventories.ts';

const inventory = threeServers();
const now = Date.parse('2026-11-25T12:00:00Z');
const hour = 60 * 60 * 1000;
const day = 24 * hour;

/** Of a server that does all it should. */
const stateOf = (name: string): ServerState => ({
  isEvacuated: false,
  hasVip: name === 's1',
  units: Object.fromEntries(
    ['haproxy', 'keepalived', 'etcd', 'patroni', 'valkey-server', 'valkey-sentinel'].map((unit) => [unit, true]),
  ),
  instances: [
    { kind: 'web', number: 1, ready: 200, release: '4f3a' },
    { kind: 'app', number: 1, ready: 200, release: '4f3a' },
  ],
  cluster: clusterWith(),
  isEtcdHealthy: true,
  cache:
    name === 's1'
      ? { role: 'master', primary: '', isLinked: false }
      : { role: 'slave', primary: '10.77.0.11', isLinked: true },
  backup: undefined,
  certificateEnds: now + 700 * day,
  disk: 40,
});

type Changes = Readonly<Record<string, Partial<ServerState> | { readonly unreachable: string }>>;

const statusWith = (changes: Changes = {}): Status => ({
  servers: Object.fromEntries(
    ['s1', 's2', 's3'].map((name) => {
      const change = changes[name] ?? {};
      return [name, 'unreachable' in change ? change : { ...stateOf(name), ...change }];
    }),
  ),
});

const everywhere = (change: Partial<ServerState>): Changes => ({ s1: change, s2: change, s3: change });
const without = (name: string, unit: string): Partial<ServerState> => ({
  units: { ...stateOf(name).units, [unit]: false },
});

suite('what status finds', () => {
  test('nothing, when everything is as it should be', () => {
    assert.deepEqual(findingsOf(inventory, statusWith(), now), []);
  });

  const losses: readonly (readonly [what: string, changes: Changes, found: string[], remedy: RegExp])[] = [
    [
      'a server that does not answer',
      { s3: { unreachable: 'no route to host' } },
      ['s3 does not answer: no route to host'],
      /provision --limit s3/,
    ],
    [
      'an evacuated server, and nothing else of it',
      { s2: { ...without('s2', 'haproxy'), isEvacuated: true, instances: [] } },
      ['s2 is evacuated'],
      /npx nx return infra -- s2/,
    ],
    [
      'HAProxy that does not run',
      { s2: without('s2', 'haproxy') },
      ['haproxy does not run on s2'],
      /journalctl -u haproxy/,
    ],
    [
      'Sentinel that does not run',
      { s3: without('s3', 'valkey-sentinel') },
      ['valkey-sentinel does not run on s3'],
      /systemctl status/,
    ],
    ['etcd without a quorum', { s1: { isEtcdHealthy: false } }, ['etcd on s1 has no quorum'], /journalctl -u etcd/],
    [
      'an instance that drains, and one that is gone',
      {
        s2: {
          instances: [
            { kind: 'web', number: 1, ready: 503, release: '4f3a' },
            { kind: 'app', number: 1, ready: 0, release: '' },
          ],
        },
      },
      ['web 1 on s2 is not ready (503)', 'app 1 on s2 does not answer'],
      /journalctl -u (web|app)@1/,
    ],
    [
      'a VIP that nobody holds',
      { s1: { hasVip: false } },
      ['nobody holds the VIP 10.77.0.100'],
      /journalctl -u keepalived/,
    ],
    ['a VIP that two hold', { s2: { hasVip: true } }, ['s1 and s2 hold the VIP 10.77.0.100 at once'], /VRRP/],
    [
      'no release',
      everywhere({ instances: [{ kind: 'web', number: 1, ready: 0, release: '' }] }),
      ['no release runs'],
      /npx nx deploy infra/,
    ],
    [
      'two releases',
      { s3: { instances: [{ kind: 'web', number: 1, ready: 200, release: '11bc' }] } },
      ['4f3a and 11bc run side by side'],
      /deploy infra, or npx nx rollback infra/,
    ],
    [
      'a server that no release has reached',
      { s3: { instances: [] } },
      ['no instance of web or app answers on s3'],
      /npx nx deploy infra/,
    ],
    [
      'a database without a primary',
      everywhere({ cluster: clusterWith({ s1: { role: 'replica' } }) }),
      ['the database has no primary'],
      /patronictl/,
    ],
    ['no Patroni', everywhere({ cluster: undefined }), ['no Patroni answers'], /journalctl -u patroni/],
    [
      'a standby of another timeline',
      everywhere({ cluster: clusterWith({ s3: { timeline: 2 } }) }),
      ['PostgreSQL on s3 does not follow the primary'],
      /patronictl/,
    ],
    [
      'a cache without a primary',
      { s1: { cache: { role: 'slave', primary: '', isLinked: true } } },
      ['Valkey has no primary'],
      /Sentinel/,
    ],
    [
      'a cache with two',
      { s2: { cache: { role: 'master', primary: '', isLinked: false } } },
      ['Valkey has 2 primaries: s1, s2'],
      /Sentinel/,
    ],
    [
      'a replica that hears nothing',
      { s3: { cache: { role: 'slave', primary: '10.77.0.11', isLinked: false } } },
      ['Valkey on s3 does not follow the primary'],
      /valkey-sentinel/,
    ],
  ];
  for (const [what, changes, found, remedy] of losses) {
    test(`${what}: the next loss may be felt`, () => {
      const findings = findingsOf(inventory, statusWith(changes), now);
      assert.deepEqual(
        findings.map((finding) => finding.what),
        found,
      );
      for (const finding of findings) {
        assert.equal(finding.isLoss, true);
        assert.match(finding.remedy, remedy);
      }
    });
  }

  const notices: readonly (readonly [what: string, changes: Changes, found: string])[] = [
    [
      'a certificate that ends within a month',
      { s2: { certificateEnds: now + 29 * day } },
      'a certificate of s2 ends on 2026-12-24',
    ],
    ['a disk that is nearly full', { s1: { disk: 93 } }, 'a disk of s1 is 93 % full'],
    [
      'a standby that is far behind',
      everywhere({ cluster: clusterWith({ s2: { lag: 40 * 1024 * 1024 } }) }),
      'PostgreSQL on s2 is 40 MB behind',
    ],
  ];
  for (const [what, changes, found] of notices) {
    test(`${what}: it asks for attention, and nothing is lost`, () => {
      const [finding, ...more] = findingsOf(inventory, statusWith(changes), now);
      assert.deepEqual(more, []);
      assert.equal(finding?.what, found);
      assert.equal(finding.isLoss, false);
      assert.ok(finding.remedy.length > 10);
    });
  }

  test('a Prometheus that does not run is missed where the inventory has one', () => {
    const measured = { ...inventory, observability: { servers: ['s1', 's2'], alertmanagers: [] } };
    const running = { units: { ...stateOf('s1').units, prometheus: true } };
    const found = findingsOf(measured, statusWith({ s1: running }), now);
    assert.deepEqual(
      found.map(({ what, isLoss }) => [what, isLoss]),
      [['prometheus does not run on s2', false]],
    );
  });

  test('only what a server’s groups ask for is missed', () => {
    const elsewhere = threeServers({ database: ['s1'], cache: ['s1'], loadbalancers: ['s1', 's2'] });
    const bare = { units: { haproxy: true }, cache: undefined };
    const changes = { s2: { ...bare, units: { haproxy: true, keepalived: true } }, s3: bare };
    const cluster = { members: clusterWith().members.slice(0, 1) };
    const status = statusWith({ s1: { cluster }, s2: { ...changes.s2, cluster }, s3: { ...bare, cluster } });
    assert.deepEqual(findingsOf(elsewhere, status, now), []);
  });
});

suite('what status says of backups', () => {
  const kept = { ...inventory, backup: { folder: '/mnt/backups', at: '03:30', keep_days: 14 } };
  const well = { newest: now - 3 * hour, walComplete: now - 40_000, hasGap: false, isUp: true };
  const found = (backup: ServerState['backup']): string[] =>
    findingsOf(kept, statusWith({ s1: { backup } }), now).map(({ what }) => what);
  const shown = (backup: ServerState['backup']): string =>
    screen(kept, statusWith({ s1: { backup } }), [], now)
      .split('\n')[0]
      ?.split(' · ')
      .at(-1) ?? '';

  test('nothing but their age, when they are made', () => {
    assert.deepEqual(found(well), []);
    assert.equal(shown(well), 'backup 3 h old, WAL 40 s');
  });

  test('that one is late, that WAL is, that some is missing, or that the repository is away; each is a notice', () => {
    assert.deepEqual(found({ ...well, newest: now - 27 * hour }), ['the newest backup is 27 h old']);
    assert.deepEqual(found({ ...well, newest: 0 }), ['there is no backup']);
    assert.deepEqual(found({ ...well, walComplete: now - 11 * 60_000 }), [
      'WAL of the last 11 min is in no repository',
    ]);
    assert.deepEqual(found({ ...well, walComplete: 0 }), ['WAL is not archived until PostgreSQL is restarted']);
    assert.deepEqual(found({ ...well, hasGap: true }), ['WAL since the newest backup is missing']);
    assert.deepEqual(found({ ...well, isUp: false }), ['the repository of backups does not answer, or has none']);
    assert.deepEqual(found(undefined), ['nobody knows how old the backups are']);
    const findings = findingsOf(kept, statusWith({ s1: { backup: { ...well, newest: 0, isUp: false } } }), now);
    assert.ok(findings.every(({ isLoss, remedy }) => !isLoss && remedy.length > 10));
  });

  test('what the primary says, and not what a former one said before', () => {
    const former = { newest: now - 50 * hour, walComplete: now - 20 * hour, hasGap: true, isUp: false };
    assert.deepEqual(findingsOf(kept, statusWith({ s1: { backup: former }, s2: { backup: well } }), now), []);
  });

  test('"none" where the inventory names no place', () => {
    assert.equal(screen(inventory, statusWith(), [], now).split('\n')[0]?.split(' · ').at(-1), 'backup none');
  });
});

suite('what a server says of itself', () => {
  test('is read in whatever order its lines come', () => {
    const state = parseState(`instance app 1 200 4f3a
disk 12
vip
disk 71
instance web 2 503 4f3a
unit haproxy active
cluster ${JSON.stringify({ members: [{ name: 's1', role: 'leader', state: 'running', timeline: 3, lag: 'unknown' }] })}
instance web 1 0
unit etcd failed
backup newest_timestamp_seconds{type="full"} 1795500000
backup newest_timestamp_seconds{type="any"} 1795712563
backup wal_complete_timestamp_seconds 1795712600
backup wal_gap 0
backup repository_up 1
etcd {"health":"true","reason":""}
certificate Nov 25 12:00:00 2027 GMT
certificate Nov 25 12:00:00 2026 GMT
cache # Replication role:slave master_host:10.77.0.11 master_link_status:up
`);
    assert.deepEqual(state, {
      isEvacuated: false,
      hasVip: true,
      units: { haproxy: true, etcd: false },
      instances: [
        { kind: 'app', number: 1, ready: 200, release: '4f3a' },
        { kind: 'web', number: 1, ready: 0, release: '' },
        { kind: 'web', number: 2, ready: 503, release: '4f3a' },
      ],
      cluster: { members: [{ name: 's1', role: 'leader', state: 'running', timeline: 3, lag: undefined }] },
      isEtcdHealthy: true,
      cache: { role: 'slave', primary: '10.77.0.11', isLinked: true },
      backup: { newest: 1_795_712_563_000, walComplete: 1_795_712_600_000, hasGap: false, isUp: true },
      certificateEnds: now,
      disk: 71,
    });
  });

  test('may be nothing at all, or half a word: a service that is down says nothing', () => {
    const state = parseState('cluster upstream connect error\netcd \ncache Could not connect\n');
    assert.equal(state.cluster, undefined);
    assert.equal(state.cache, undefined);
    assert.equal(state.isEtcdHealthy, false);
    assert.equal(state.certificateEnds, undefined);
    assert.equal(state.backup, undefined);
    assert.equal(state.disk, 0);
  });
});

suite('the screen', () => {
  test('shows who does what, and that all is well', () => {
    assert.equal(
      screen(inventory, statusWith(), []),
      `three-servers · https://halyard.test · VIP 10.77.0.100 on s1 · primary s1 · cache s1 · release 4f3a · backup none

     VIP     web        app        database   cache
s1   holds   1/1 4f3a   1/1 4f3a   primary    primary
s2   waits   1/1 4f3a   1/1 4f3a   standby    replica
s3           1/1 4f3a   1/1 4f3a   standby    replica

✓ Everything is as it should be.
`,
    );
  });

  test('shows what is wrong with what to do about it, and who does not answer', () => {
    const status = statusWith({ s2: { isEvacuated: true }, s3: { unreachable: 'no answer within 5 s' } });
    const lines = screen(inventory, status, findingsOf(inventory, status, now)).split('\n');
    assert.match(lines[4] ?? '', /^s2 +waits .* evacuated$/);
    assert.match(lines[5] ?? '', /^s3 +\? +\? +\? +\? +does not answer$/);
    assert.deepEqual(lines.slice(7, 9), ['✗ s2 is evacuated', '    → npx nx return infra -- s2']);
    assert.match(lines[9] ?? '', /^✗ s3 does not answer: no answer within 5 s$/);
  });

  test('says "nobody" and "none" of what there is not', () => {
    const nothing = everywhere({ hasVip: false, cluster: undefined, cache: undefined, instances: [] });
    const [head] = screen(inventory, statusWith(nothing), []).split('\n');
    assert.equal(
      head,
      'three-servers · https://halyard.test · VIP 10.77.0.100 on nobody · primary none · cache none · release none · backup none',
    );
  });
});
