import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseMember as parseCacheMember } from '@scale-up/cache';
import { parseFigures } from '../../src/cluster/sources/haproxy.ts';
import { parseReadiness } from '../../src/cluster/sources/instance.ts';
import { parseHistory, parseMember } from '../../src/cluster/sources/patroni.ts';
import { parsePeer } from '../../src/cluster/sources/peer.ts';
import { recordings, tableWith } from '../support/recorded-servers.ts';

suite('what servers say', () => {
  test('HAProxy’s table tells how each instance is seen, and what passes the edge', () => {
    const { instances, edge } = parseFigures(recordings.table);
    assert.deepEqual([...instances.keys()], ['web/s1-1', 'web/s2-1', 'web/s3-1', 'app/s1-1', 'app/s2-1', 'app/s3-1']);
    const app = instances.get('app/s3-1');
    assert.deepEqual(app, { state: 'up', since: 32, requestsPerSecond: 2, sessions: 0, errors: 2, retries: 4 });
    assert.deepEqual(edge, { requestsPerSecond: 0, errors: 0, sessions: 0 });
  });

  test('an instance on its way down still has requests, one that drains has none, and the rest is down', () => {
    const seen = (status: string) =>
      parseFigures(tableWith('web', 's1-1', { status })).instances.get('web/s1-1')?.state;
    assert.deepEqual(['UP 1/2', 'NOLB', 'DRAIN', 'DOWN', 'DOWN 1/2', 'MAINT'].map(seen), [
      'up',
      'draining',
      'draining',
      'down',
      'down',
      'down',
    ]);
  });

  test('requests that are sent while no instance seems well are counted as its own', () => {
    const { instances } = parseFigures(tableWith('web_unchecked', 's1-1', { rate: '7', hrsp_5xx: '3' }));
    assert.equal(instances.get('web/s1-1')?.requestsPerSecond, 7);
    assert.equal(instances.get('web/s1-1')?.errors, 3);
    assert.equal(instances.get('web/s1-1')?.state, 'up');
  });

  test('cells in quotes may have commas in them', () => {
    const { instances } = parseFigures(tableWith('web', 's1-1', { bin: '"a, ""b"", c"', status: 'NOLB' }));
    assert.equal(instances.get('web/s1-1')?.state, 'draining');
    assert.equal(instances.size, 6);
  });

  test('Patroni tells who is primary, who follows, and how far each is', () => {
    assert.deepEqual(parseMember(recordings.primary), {
      isPrimary: true,
      state: 'running',
      isStreaming: false,
      timeline: 9,
      position: 102_145_456,
      standbys: 2,
      started: Date.parse('2026-11-26T16:43:18.283Z'),
    });
    const standby = parseMember(recordings.standby);
    assert.deepEqual([standby.isPrimary, standby.isStreaming, standby.position], [false, true, 112_643_224]);
  });

  test('the database’s history is a list of promotions with their times', () => {
    const promotions = parseHistory(recordings.history);
    assert.equal(promotions.length, 8);
    assert.deepEqual(promotions.at(-1), { timeline: 9, at: Date.parse('2026-11-26T16:43:33.130Z'), primary: 's1' });
    // Patroni before 2.0 wrote lines without a time.
    assert.deepEqual(parseHistory('[[1, 25, "no recovery target specified"]]'), []);
  });

  test('Valkey tells whether it is a replica that hears from its primary', () => {
    const { role, isLinked, position, usedMemory, operationsPerSecond } = parseCacheMember(recordings.cache);
    assert.deepEqual([role, isLinked, position], ['replica', true, 26_654_946]);
    assert.deepEqual([usedMemory, operationsPerSecond], [8_882_928, 39]);
  });

  test('what is none of their words is refused', () => {
    for (const text of ['', 'null', '{}', '[]', '<html>', '{"state":1}']) {
      assert.throws(() => parseFigures(text), text);
      assert.throws(() => parseMember(text), text);
      assert.throws(() => parseReadiness(text), text);
      assert.throws(() => parsePeer(text), text);
    }
    assert.throws(() => parseHistory('{}'));
  });
});
