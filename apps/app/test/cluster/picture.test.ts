import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readConfig } from '@scale-up/config';
import type { ClusterPicture } from '@scale-up/contract';
import type { Sight, Word } from '../../src/cluster/look.ts';
import { Memory } from '../../src/cluster/memory.ts';
import { draw } from '../../src/cluster/picture.ts';
import type { Answer } from '../../src/cluster/sources/ask.ts';
import { parseFigures } from '../../src/cluster/sources/haproxy.ts';
import { parseMember } from '../../src/cluster/sources/patroni.ts';
import { topologyOf } from '../../src/cluster/topology.ts';
import { recordings } from '../support/recorded-servers.ts';

const map = ['s1', 's2', 's3'].map((name, index) => {
  const at = `10.77.0.1${index + 1}`;
  const proxy = index < 2 ? 'balancer' : 'router';
  return `${name}/${proxy}=${at}:8404,${name}/web-1=${at}:8180,${name}/app-1=${at}:8190,${name}/database=${at}:8008,${name}/etcd=${at}:2381,${name}/cache=${at}:6379`;
});
const { CLUSTER_MAP } = readConfig('app', {
  DATABASE_URL: 'postgres://a:b@127.0.0.1/c',
  TOKEN_SECRET: 'x'.repeat(32),
  CLUSTER_MAP: ['vip=10.77.0.100', ...map].join(','),
});
const topology = topologyOf(CLUSTER_MAP, { host: '10.77.0.12', port: 8190 }, true);

const words = (server: string): Record<string, Word> => ({
  [`${server}/${server === 's3' ? 'router' : 'balancer'}`]: { of: 'proxy', figures: parseFigures(recordings.table) },
  [`${server}/web-1`]: { of: 'instance', instance: { phase: 'ready', release: 'abc' } },
  [`${server}/app-1`]: { of: 'instance', instance: { phase: 'ready', release: 'abc' } },
  [`${server}/database`]: {
    of: 'database',
    member: parseMember(server === 's1' ? recordings.primary : recordings.standby),
  },
  [`${server}/etcd`]: { of: 'etcd', isHealthy: true },
  [`${server}/cache`]: {
    of: 'cache',
    member: {
      role: server === 's1' ? 'primary' : 'replica',
      isLinked: true,
      replicas: 2,
      position: server === 's1' ? 1_500 : 1_000,
      usedMemory: 1,
      operationsPerSecond: 1,
      clients: 1,
      uptime: 1,
    },
  },
});

const well = { ...words('s1'), ...words('s2'), ...words('s3') };
const answered = (all: Record<string, Word>): [string, Answer<Word>][] =>
  Object.entries(all).map(([id, value]) => [id, { is: 'answered', value }]);

const sightOf = (changes: Record<string, Answer<Word>> = {}, more: Partial<Sight> = {}): Sight => ({
  at: Date.parse('2026-11-26T17:00:00.000Z'),
  answers: new Map([...answered(well), ...Object.entries(changes)]),
  holders: ['s1'],
  ownHolder: undefined,
  events: [],
  promotions: undefined,
  ...more,
});

const silent: Answer<Word> = { is: 'silent' };
const without = (server: string): Record<string, Answer<Word>> =>
  Object.fromEntries(Object.keys(words(server)).map((id) => [id, silent]));
/** HAProxy's table as it is when nothing of a server is there. */
const tableWithout = (server: string): Word => ({
  of: 'proxy',
  figures: parseFigures(
    recordings.table.replaceAll(new RegExp(`^((?:web|app),${server}-1,.*?),UP,`, 'gm'), '$1,DOWN,'),
  ),
});
const seenWithout = (server: string): Record<string, Answer<Word>> => ({
  ...Object.fromEntries(
    ['s1/balancer', 's2/balancer', 's3/router'].map((id) => [id, { is: 'answered', value: tableWithout(server) }]),
  ),
  ...without(server),
});

const part = (picture: ClusterPicture, id: string) => {
  const found = picture.servers.flatMap(({ parts }) => parts).find((each) => each.id === id);
  assert.ok(found, id);
  return found;
};
const server = (picture: ClusterPicture, name: string) => picture.servers.find((each) => each.name === name);

suite('the picture', () => {
  test('of a site that is well says so of every part, and who does what', () => {
    const picture = draw(topology, sightOf(), new Memory());
    assert.deepEqual(picture.roles, { vip: 's1', database: 's1', cache: 's1' });
    assert.equal(picture.observer, 's2/app-1');
    for (const each of picture.servers) {
      assert.equal(each.state, 'up', JSON.stringify(each));
      assert.equal(each.parts.length, 6);
    }
    assert.equal(part(picture, 's1/balancer').role, 'holder');
    assert.equal(part(picture, 's2/balancer').role, null);
    assert.equal(part(picture, 's1/database').figures.standbys, 2);
    // Three HAProxies give it two requests a second each.
    assert.equal(part(picture, 's3/app-1').figures.requestsPerSecond, 6);
    assert.deepEqual([part(picture, 's2/cache').role, part(picture, 's2/cache').figures.lagBytes], ['replica', 500]);
  });

  test('a standby’s lag is how far the primary is ahead of it', () => {
    const member = { ...parseMember(recordings.standby), position: 102_145_000 };
    const picture = draw(
      topology,
      sightOf({ 's3/database': { is: 'answered', value: { of: 'database', member } } }),
      new Memory(),
    );
    assert.equal(part(picture, 's3/database').figures.lagBytes, 456);
    assert.equal(part(picture, 's3/database').role, 'standby');
  });

  test('a server of which nobody has heard twice is lost, with all that it has', () => {
    const memory = new Memory();
    draw(topology, sightOf(), memory);
    const once = draw(topology, sightOf(seenWithout('s3')), memory);
    assert.deepEqual([server(once, 's3')?.state, server(once, 's3')?.note], ['degraded', 'does not answer']);
    const twice = draw(topology, sightOf(seenWithout('s3')), memory);
    assert.equal(server(twice, 's3')?.state, 'lost');
    for (const { state } of server(twice, 's3')?.parts ?? []) assert.equal(state, 'down');
    assert.equal(server(twice, 's1')?.state, 'up');
  });

  test('a server that others still reach is not lost, and it is said who does', () => {
    const memory = new Memory();
    draw(topology, sightOf(without('s3')), memory);
    const picture = draw(topology, sightOf(without('s3')), memory);
    assert.deepEqual(
      [server(picture, 's3')?.state, server(picture, 's3')?.note],
      ['degraded', 'not reached from s2, only from s1 and s2'],
    );
  });

  test('a program that refuses is down at once, one that is silent when it is so twice', () => {
    const memory = new Memory();
    const first = draw(topology, sightOf({ 's3/etcd': { is: 'refused' }, 's3/cache': silent }), memory);
    assert.deepEqual([part(first, 's3/etcd').state, part(first, 's3/etcd').note], ['down', 'etcd is not running']);
    assert.equal(part(first, 's3/cache').state, 'degraded');
    const second = draw(topology, sightOf({ 's3/cache': silent }), memory);
    assert.deepEqual([part(second, 's3/etcd').state, part(second, 's3/cache').state], ['up', 'down']);
    assert.equal(server(second, 's3')?.state, 'degraded');
  });

  test('an instance that is ready and gets nothing from some balancers is said to be so', () => {
    const changes: Record<string, Answer<Word>> = { 's1/balancer': { is: 'answered', value: tableWithout('s3') } };
    const picture = draw(topology, sightOf(changes), new Memory());
    assert.deepEqual(
      [part(picture, 's3/web-1').state, part(picture, 's3/web-1').note],
      ['degraded', 'gets no requests from s1'],
    );
  });

  test('of two primaries the one that became it last counts, and the other is told apart', () => {
    const member = { ...parseMember(recordings.primary), timeline: 10 };
    const picture = draw(
      topology,
      sightOf({ 's2/database': { is: 'answered', value: { of: 'database', member } } }),
      new Memory(),
    );
    assert.equal(picture.roles.database, 's2');
    assert.deepEqual(
      [part(picture, 's1/database').state, part(picture, 's1/database').note],
      ['degraded', 'takes itself for the primary; s2 is'],
    );
  });

  test('a role whose holder says nothing once is kept, and is nobody’s when that happens twice', () => {
    const memory = new Memory();
    draw(topology, sightOf(), memory);
    const quiet = sightOf({ 's1/database': silent, 's1/cache': silent }, { holders: [] });
    assert.deepEqual(draw(topology, quiet, memory).roles, { vip: 's1', database: 's1', cache: 's1' });
    assert.deepEqual(draw(topology, quiet, memory).roles, { vip: null, database: null, cache: null });
    assert.equal(draw(topology, sightOf({}, { holders: ['s2'] }), memory).roles.vip, 's2');
  });

  test('two holders of the VIP are both shown as what is wrong', () => {
    const picture = draw(topology, sightOf({}, { holders: ['s1', 's2'] }), new Memory());
    for (const id of ['s1/balancer', 's2/balancer']) {
      assert.deepEqual(
        [part(picture, id).state, part(picture, id).note],
        ['degraded', 's1 and s2 hold the VIP at once'],
      );
    }
  });

  test('errors are those of the last minute, whoever has begun to count anew meanwhile', () => {
    const memory = new Memory();
    const at = Date.parse('2026-11-26T17:00:00.000Z');
    const counts = [40, 45, 3, 4].map((value, index) => memory.lately('x', value, at + index * 10_000));
    assert.deepEqual(counts, [0, 5, 5, 6]);
    assert.equal(memory.lately('x', 4, at + 90_000), 0);
  });

  test('of a process that stands alone are shown itself, its database and its cache', () => {
    const alone = topologyOf(undefined, { host: '127.0.0.1', port: 0 }, true);
    assert.deepEqual(
      alone.servers.map(({ name, parts }) => [name, parts.map(({ kind }) => kind)]),
      [['this machine', ['app', 'database', 'cache']]],
    );
    const answers = new Map(
      answered({
        'this machine/app': { of: 'instance', instance: { phase: 'ready', release: 'development' } },
        'this machine/database': { of: 'connection' },
        'this machine/cache': { of: 'connection' },
      }),
    );
    const picture = draw(alone, sightOf({}, { answers, holders: [] }), new Memory());
    assert.equal(picture.servers[0]?.state, 'up');
    assert.deepEqual(picture.roles, { vip: null, database: 'this machine', cache: 'this machine' });
    assert.equal(picture.totals.requestsPerSecond, null);
  });
});
