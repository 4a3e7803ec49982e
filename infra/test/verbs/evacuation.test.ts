import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { bystander, evacuationLines } from '../../verbs/evacuation/evacuate.ts';
import { type Look, look, parseLook } from '../../verbs/evacuation/look.ts';
import { rebootOrder } from '../../verbs/evacuation/order.ts';
import { type Looks, whyNotOut } from '../../verbs/evacuation/redundancy.ts';
import { clusterWith } from '../support/clusters.ts';
import { threeServers } from '../support/inventories.ts';

const inventory = threeServers();

/** A server that does all it should. */
const lookOf = (name: string): Look => ({
  isEvacuated: false,
  hasVip: name === 's1',
  boot: `boot of ${name}`,
  running: ['app@1.service', 'web@1.service'],
  ready: ['app@1.service', 'web@1.service'],
  services: ['haproxy', ...(name === 's3' ? [] : ['keepalived']), 'etcd', 'patroni', 'valkey-server'],
  hasRelease: true,
  etcd: name === 's1' ? 'leader' : 'member',
  valkey: name === 's1' ? 'primary' : 'linked',
});

type Changes = Readonly<Record<string, Partial<Look> | undefined>>;

const looksWith = (changes: Changes = {}): Looks =>
  Object.fromEntries(
    ['s1', 's2', 's3'].map((name) => [
      name,
      name in changes && changes[name] === undefined ? undefined : { ...lookOf(name), ...changes[name] },
    ]),
  );

suite('a server may leave', () => {
  test('when every other one does what it does', () => {
    for (const name of ['s1', 's2', 's3']) assert.deepEqual(whyNotOut(name, inventory, looksWith(), clusterWith()), []);
  });

  test('before the first deploy, when web and app run nowhere', () => {
    const idle = { running: [], ready: [], hasRelease: false };
    assert.deepEqual(whyNotOut('s1', inventory, looksWith({ s1: idle, s2: idle, s3: idle }), clusterWith()), []);
  });

  test('when it is the only cache: answers take longer, and stay right', () => {
    assert.deepEqual(whyNotOut('s3', threeServers({ cache: ['s3'] }), looksWith(), clusterWith()), []);
  });
});

suite('a server stays in', () => {
  const stays: readonly (readonly [what: string, name: string, changes: Changes, faults: string[]])[] = [
    ['while another one does not answer', 's1', { s3: undefined }, ['s3 does not answer.']],
    [
      'while another one is out',
      's1',
      { s3: { isEvacuated: true } },
      ['s3 is evacuated already: npx nx return infra -- s3.'],
    ],
    [
      'when nobody else could take the VIP',
      's1',
      { s2: { services: ['haproxy', 'etcd', 'patroni'] } },
      ['No other load balancer runs HAProxy and keepalived, so nobody could take the VIP.'],
    ],
    [
      'when app is ready nowhere else',
      's2',
      { s1: { ready: ['web@1.service'] }, s3: { ready: ['web@1.service'] } },
      ['app is ready on no other server.'],
    ],
    [
      'when etcd of another is ill',
      's1',
      { s2: { etcd: 'ill' } },
      ['etcd on s2 is not healthy, and two of three must be.'],
    ],
    [
      'when a replica of the cache is cut off',
      's1',
      { s3: { valkey: 'ill' } },
      ['Valkey on s3 does not follow its primary.'],
    ],
  ];
  for (const [what, name, changes, faults] of stays) {
    test(what, () => assert.deepEqual(whyNotOut(name, inventory, looksWith(changes), clusterWith()), faults));
  }

  test('when a standby does not follow: with this server gone nobody would acknowledge a commit', () => {
    const astray = clusterWith({ s3: { state: 'starting' } });
    assert.deepEqual(whyNotOut('s1', inventory, looksWith(), astray), [
      'PostgreSQL on s3 does not follow the primary.',
    ]);
  });

  test('when it is the only database', () => {
    assert.deepEqual(whyNotOut('s1', threeServers({ database: ['s1'] }), looksWith(), clusterWith()), [
      's1 is the only database server.',
    ]);
  });

  test('for all reasons at once', () => {
    const faults = whyNotOut(
      's1',
      inventory,
      looksWith({ s2: undefined, s3: { etcd: 'ill', ready: [] } }),
      clusterWith(),
    );
    assert.ok(faults.length >= 4, faults.join('\n'));
  });
});

suite('the order', () => {
  test('of reboots: standbys first, then the holder of the VIP, the primary last', () => {
    const looks = looksWith({ s1: { hasVip: false }, s2: { hasVip: true } });
    assert.deepEqual(rebootOrder(looks, 's1'), ['s3', 's2', 's1']);
    assert.deepEqual(rebootOrder(looksWith(), 's1'), ['s2', 's3', 's1']);
    assert.deepEqual(rebootOrder(looksWith(), 's2'), ['s3', 's1', 's2']);
  });

  test('of reboots after one that was killed: whom it left out comes first, since only one may be out', () => {
    assert.deepEqual(rebootOrder(looksWith({ s3: { isEvacuated: true } }), 's1'), ['s3', 's2', 's1']);
  });

  test('of an evacuation: VIP, primary, cache, etcd, instances, HAProxy at last', () => {
    const lines = evacuationLines({ name: 's1', here: lookOf('s1'), primary: { from: 's1', to: 's3' } });
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('let app') && !line.startsWith('let web')),
      [
        'give the VIP to another load balancer',
        'make s3 the primary of the database',
        'make another server the primary of the cache',
        'let another member lead etcd',
        'stop HAProxy',
      ],
    );
    assert.equal(lines.at(-1), 'stop HAProxy');
    for (const unit of lookOf('s1').running) assert.ok(lines.includes(`let ${unit} finish its requests, and stop it`));
  });

  test('of an evacuation has only what the server does', () => {
    const here = { ...lookOf('s3'), running: [], services: [] };
    assert.deepEqual(evacuationLines({ name: 's3', here, primary: undefined }), ['keep the VIP away from s3']);
  });
});

suite('the new primary of an evacuation', () => {
  const allowed = (name: string, looks: Looks, groups = inventory.groups): string[] =>
    ['s1', 's2', 's3'].filter((server) => server !== name && bystander({ groups }, name, looks)(server));

  test('is not who gets the VIP in the same evacuation', () => {
    assert.deepEqual(allowed('s1', looksWith()), ['s3']);
  });

  test('is not who holds the VIP', () => {
    assert.deepEqual(allowed('s1', looksWith({ s1: { hasVip: false }, s2: { hasVip: true } })), ['s3']);
  });

  test('is any when all others are load balancers too', () => {
    const groups = { ...inventory.groups, loadbalancers: ['s1', 's2', 's3'] };
    assert.deepEqual(allowed('s1', looksWith(), groups), ['s2', 's3']);
  });
});

suite('a look at a server', () => {
  test('is read', () => {
    const text = `evacuated\nvip\nboot 1-2-3\nrelease\nrunning web@1.service\nready web@1.service\nrunning app@1.service
service haproxy\nservice etcd\netcd leader\nvalkey linked\n`;
    assert.deepEqual(parseLook(text), {
      isEvacuated: true,
      hasVip: true,
      boot: '1-2-3',
      running: ['web@1.service', 'app@1.service'],
      ready: ['web@1.service'],
      services: ['haproxy', 'etcd'],
      hasRelease: true,
      etcd: 'leader',
      valkey: 'linked',
    });
  });

  test('of a server of one tier finds nothing of the others', () => {
    const { etcd, valkey, running, hasVip } = parseLook('boot 1\nservice haproxy\n');
    assert.deepEqual([etcd, valkey, running, hasVip], [undefined, undefined, [], false]);
  });

  test('gets addresses beside its text', () => {
    const { words } = look({ address: '10.77.0.100', interface: 'eth0' }, '10.77.0.11');
    assert.deepEqual(words.slice(-3), ['10.77.0.100', 'eth0', '10.77.0.11']);
    assert.ok(!words[2]?.includes('10.77'));
  });
});
