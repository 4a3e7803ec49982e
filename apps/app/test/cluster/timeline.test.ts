import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ClusterEvent, ClusterPart, ClusterPicture } from '@scale-up/contract';
import { changeOf, changesBetween } from '../../src/cluster/changes.ts';
import { Timeline } from '../../src/cluster/timeline.ts';

const now = Date.parse('2026-11-26T17:00:00.000Z');

const event = (id: string, seconds: number, about: string, became: string, more: Partial<ClusterEvent> = {}) => ({
  id,
  at: new Date(now + seconds * 1_000).toISOString(),
  kind: 'instance' as const,
  tone: 'bad' as const,
  about,
  became,
  text: `${about} is ${became}.`,
  ...more,
});

const web = (server: string, more: Partial<ClusterPart> = {}): ClusterPart => ({
  id: `${server}/web-1`,
  kind: 'web',
  number: 1,
  state: 'up',
  role: null,
  note: null,
  release: 'one',
  since: null,
  figures: {},
  ...more,
});

const picture = (changes: Record<string, Partial<ClusterPart>> = {}, lost: readonly string[] = []): ClusterPicture => ({
  observedAt: new Date(now).toISOString(),
  observer: 's1/app-1',
  vip: '10.77.0.100',
  roles: { vip: 's1', database: 's1', cache: 's1' },
  totals: { requestsPerSecond: 0, errorsPerMinute: 0 },
  servers: ['s1', 's2'].map((name) => ({
    name,
    address: '10.77.0.11',
    state: lost.includes(name) ? 'lost' : 'up',
    note: null,
    parts: [web(name, changes[name])],
  })),
});

const sentences = (before: ClusterPicture, after: ClusterPicture): string[] =>
  changesBetween(before, after).map(({ text }) => text);

suite('what happened', () => {
  test('is what differs between two looks: states, releases and roles', () => {
    const found = (changes: Partial<ClusterPart>) => sentences(picture(), picture({ s2: changes }));
    assert.deepEqual(found({}), []);
    assert.deepEqual(found({ state: 'degraded', note: 'gets no requests from s1' }), []);
    assert.deepEqual(found({ state: 'down', note: 'web is not running' }), [
      'web 1 on s2 is down: web is not running.',
    ]);
    assert.deepEqual(found({ state: 'draining' }), ['web 1 on s2 drains: no new requests.']);
    assert.deepEqual(found({ release: 'two' }), ['web 1 on s2 runs release two; before it was one.']);
    assert.deepEqual(sentences(picture({ s2: { state: 'down' } }), picture()), ['web 1 on s2 is up.']);
    const moved = { ...picture(), roles: { vip: 's2', database: null, cache: 's1' } };
    assert.deepEqual(sentences(picture(), moved), [
      's2 holds the VIP; before it was s1.',
      'PostgreSQL has no primary; before it was s1.',
    ]);
    const elected = { ...picture(), roles: { vip: 's2', database: 's2', cache: 's1' } };
    assert.deepEqual(
      changesBetween(moved, elected, { database: 's1' }).map(({ text }) => text),
      ['s2 is the primary of PostgreSQL; before it was s1.'],
    );
  });

  test('a server that goes or comes back is one event, not one for each of its parts', () => {
    const gone = picture({ s2: { state: 'down' } }, ['s2']);
    assert.deepEqual(sentences(picture(), gone), ['s2 is lost: nothing on it answers.']);
    assert.deepEqual(sentences(gone, gone), []);
    assert.deepEqual(sentences(gone, picture()), ['s2 is back.']);
  });

  test('what several have seen within their pauses is told once, as the first of them saw it', () => {
    const timeline = new Timeline();
    timeline.add([event('b#1', -51, 's2/web-1', 'down'), event('a#1', -58, 's2/web-1', 'down')], now);
    assert.deepEqual(
      timeline.shown.map(({ id }) => id),
      ['a#1'],
    );
    // The same observer has seen it twice: it happened twice.
    timeline.add([event('a#2', -50, 's2/web-1', 'down')], now);
    assert.equal(timeline.shown.length, 2);
    assert.equal(timeline.all().length, 3);
  });

  test('in whichever order and however often events come, the list is the same, newest first', () => {
    const events = [
      event('a#1', -300, 's2/web-1', 'down'),
      event('b#1', -295, 's2/web-1', 'down'),
      event('a#2', -200, 's2/web-1', 'up'),
      changeOf({ timeline: 9, at: now - 100_000, primary: 's1' }),
      event('a#3', -98, 'database', 's1'),
    ];
    const [one, other] = [new Timeline(), new Timeline()];
    assert.equal(one.add(events, now), true);
    assert.equal(one.add(events, now), false);
    for (const each of events.toReversed()) other.add([each, each], now);
    assert.deepEqual(one.shown, other.shown);
    assert.deepEqual(
      one.shown.map(({ id }) => id),
      ['patroni#9', 'a#2', 'a#1'],
    );
  });

  test('what goes down with its server is not told beside it', () => {
    const timeline = new Timeline();
    const loss = event('a#2', -30, 's2', 'lost', { kind: 'server' });
    timeline.add([event('b#1', -31, 's2/web-1', 'down'), loss, event('b#2', -31, 's1/web-1', 'down')], now);
    assert.deepEqual(
      timeline.shown.map(({ about }) => about),
      ['s2', 's1/web-1'],
    );
  });

  test('after an hour it is forgotten, and of too many the oldest are', () => {
    const timeline = new Timeline();
    timeline.add([event('a#0', -3_601, 's2/web-1', 'down'), event('a#1', 60, 's2/web-1', 'down')], now);
    assert.equal(timeline.shown.length, 0);
    timeline.add([event('a#2', -3_599, 's2/web-1', 'down')], now);
    assert.equal(timeline.shown.length, 1);
    assert.equal(timeline.add([], now + 2_000), true);
    assert.equal(timeline.shown.length, 0);
    timeline.add(
      Array.from({ length: 900 }, (_, index) => event(`c#${index}`, index - 900, 's2/web-1', `${index}`)),
      now,
    );
    assert.equal(timeline.shown.length, 600);
    assert.equal(timeline.shown[0]?.id, 'c#899');
  });
});
