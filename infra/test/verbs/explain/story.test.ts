import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Event, Fact } from '../../../verbs/explain/event.ts';
import { eventsOfHops, type Hop, hopOf, inOrder } from '../../../verbs/explain/request.ts';
import { clusterSentence } from '../../../verbs/explain/story/cluster.ts';
import { requestSentences } from '../../../verbs/explain/story/request.ts';
import { linesOf } from '../../../verbs/explain/timeline.ts';

const end = Date.parse('2026-11-26T16:40:20.000Z');

/** A stay that ended `back` milliseconds before the edge's, after so many milliseconds. */
const hop = (stage: Hop['stage'], took: number, more: Partial<Hop> = {}, back = 0): Hop => ({
  stage,
  server: 's1',
  who: { edge: 'edge', 'second stage': 'edge', web: 'web 1', router: 'router', app: 'app 1' }[stage],
  from: end - back - took,
  to: end - back,
  status: 201,
  method: 'POST',
  path: '/api/orders',
  requestId: 'febfab6f-adde-43ac-9084-8218a5bcaf1e',
  traceId: undefined,
  client: '203.0.113.9',
  held: 0,
  tries: 0,
  isReplayed: false,
  next: undefined,
  ended: '--',
  clientTime: stage === 'edge' ? { sending: 0, taking: 0 } : undefined,
  ...more,
});
const tell = (hops: readonly Hop[], remarks: readonly Event[] = []): string[] =>
  requestSentences(inOrder(hops), remarks);

suite('what is told of a request', () => {
  const cases: readonly (readonly [what: string, hops: readonly Hop[], story: string])[] = [
    [
      'that was quick: that nothing held it up',
      [hop('edge', 12), hop('web', 10), hop('app', 8)],
      'POST /api/orders was answered 201 after 12 ms; nothing held it up.',
    ],
    [
      'that web held: for what, and how long',
      [hop('edge', 2_310), hop('web', 2_300, { held: 2_250, tries: 14 }), hop('app', 40, { server: 's2' })],
      'POST /api/orders was answered 201 after 2.31 s, of which 2.25 s held by web 1 on s1, which waited for an app that answers.',
    ],
    [
      'that a router gave to another app: whom it asked last',
      [
        hop('edge', 1_560),
        hop('web', 1_555),
        hop('router', 1_550, { tries: 1, next: { what: 'app 1', server: 's3' } }),
        hop('app', 30, { server: 's3' }),
      ],
      'POST /api/orders was answered 201 after 1.56 s, 1.52 s of it in web 1 on s1, or between it and app; the router on s1 asked app twice, last app 1 on s3.',
    ],
    [
      'that was slow in app, and waited for nothing',
      [hop('edge', 900), hop('web', 890), hop('app', 880, { server: 's2' })],
      'POST /api/orders was answered 201 after 900 ms, 880 ms of it in app 1 on s2.',
    ],
    [
      'whose client sent it slowly: that it was the client',
      [hop('edge', 5_020, { clientTime: { sending: 5_000, taking: 0 } }), hop('web', 15), hop('app', 10)],
      'POST /api/orders was answered 201 after 5.02 s, its client took 5.00 s to send it.',
    ],
    [
      'that an edge answered from its cache: no more than that',
      [hop('edge', 300, { status: 200, method: 'GET', path: '/', ended: 'LR' })],
      'GET / was answered 200 after 300 ms.',
    ],
  ];
  for (const [what, hops, story] of cases) {
    test(what, () => assert.deepEqual(tell(hops), [story]));
  }

  test('that failed: the last word on it', () => {
    const remark = {
      at: end,
      server: 's1',
      who: 'app 1',
      what: 'request failed: the database is away (limit)',
      isOfRequest: true,
    };
    assert.deepEqual(
      tell([hop('edge', 30_020, { status: 503 }), hop('app', 30_000, { status: 503, held: 29_990 })], [remark]),
      [
        'POST /api/orders was answered 503 after 30.0 s, of which 30.0 s held by app 1 on s1, which waited for a primary that takes writes.',
        'The word of app 1 on s1: request failed: the database is away (limit).',
      ],
    );
  });

  test('that an earlier try had done: that the answer is the stored one', () => {
    const [, second] = tell([hop('edge', 20), hop('app', 10, { isReplayed: true })]);
    assert.equal(second, 'An earlier try had done the write; the answer is the one that was stored then.');
  });

  test('whose server died with it: that this is so', () => {
    assert.deepEqual(tell([], [{ at: end, server: 's1', who: 'app 1', what: 'request failed' }]), [
      'Nobody tells of its answer: whoever had it ended before. What was said of it is all there is.',
    ]);
  });

  test('whose client left, and whose edge is gone', () => {
    assert.deepEqual(tell([hop('edge', 50, { status: -1, ended: 'CH' })]).slice(0, 2), [
      'POST /api/orders ended without an answer after 50 ms; nothing held it up.',
      'Its client did not wait for the answer.',
    ]);
    assert.equal(
      tell([hop('web', 50)]).at(-1),
      'No edge tells of its answer: the one that had it ended, or its journal is missing.',
    );
  });

  test('is as long as those behind had it, where a HAProxy stood still and did not count that', () => {
    // 28.0 s by the edge, 30.1 s by web: a lab whose server was paused.
    const [edge, web] = inOrder([hop('web', 30_100), hop('edge', 28_000, { status: 503 })]);
    assert.deepEqual([edge?.stage, edge && edge.to - edge.from], ['edge', 30_100]);
    assert.equal(web?.stage, 'web');
  });
});

suite('a line about a request', () => {
  const entry = (unit: string, text: string) => ({ at: end, server: 's2', unit, identifier: unit, text });

  test('of an older release of the edge is read, too', () => {
    const text = `{"service": "edge", "request_id": "400fc935-4712-41ca-86fe-2b8456073512", "method": "POST", "path": "/api/articles", "status": 201, "duration_ms": 449, "client": "10.77.0.1", "version": "HTTP/2.0", "server": "second_stage", "tries": 0, "ended": "--"}`;
    const read = hopOf(entry('haproxy.service', text));
    assert.deepEqual([read?.stage, read?.status, read?.clientTime, read?.next], ['edge', 201, undefined, undefined]);
    assert.equal(read && read.to - read.from, 449);
  });

  test('of an edge that answered by itself, or nobody, says so', () => {
    const text = (more: string) =>
      `{"service": "edge", "request_id": "x", "method": "GET", "path": "/", ${more}, "duration_ms": 3, "client": "10.77.0.1", "server": "", "tries": 0}`;
    const outcome = (more: string) => eventsOfHops([hopOf(entry('haproxy.service', text(more)))!])[1]?.what;
    assert.equal(
      outcome('"status": 200, "ended": "LR"'),
      'answers 200 after 3 ms, by itself (its cache, or a redirect)',
    );
    assert.equal(outcome('"status": 429, "ended": "PR"'), 'answers 429 after 3 ms, refused by a rule');
    assert.equal(outcome('"status": -1, "ended": "CH"'), 'has no answer after 3 ms, its client has left');
  });

  test('counts by its own time: services write theirs up to 0.1 s later', () => {
    const text = `{"level":"info","time":"2026-11-26T16:40:19.900Z","service":"app","request_id":"x","method":"GET","path":"/api/user","status":200,"duration_ms":26.1,"held_ms":20,"replayed":true,"msg":"request"}`;
    const read = hopOf(entry('app@2.service', text));
    assert.deepEqual([read?.who, read?.to, read?.held, read?.isReplayed], ['app 2', end - 100, 20, true]);
  });

  test('that is none of a request is none', () => {
    assert.equal(
      hopOf(entry('app@1.service', '{"level":"error","service":"app","request_id":"x","msg":"request failed"}')),
      undefined,
    );
    assert.equal(hopOf(entry('haproxy.service', '{ half a line')), undefined);
  });
});

suite('what is told of the servers', () => {
  const at = (second: number, server: string, fact: Fact): Event => ({
    at: end + second * 1_000,
    server,
    who: '',
    what: '',
    fact,
  });

  test('is nothing, where nothing happened that could hold anybody', () => {
    assert.equal(clusterSentence([{ at: end, server: 's1', who: 'etcd', what: 'is led by s2' }], []), undefined);
  });

  test('with a server that was lost: when it was heard last, and not what it saw alone', () => {
    const events = [
      at(2.3, 's2', { type: 'server-lost', server: 's3', since: end }),
      at(2.4, 's1', { type: 'server-lost', server: 's3', since: end + 100 }),
      at(0.2, 's3', { type: 'marked-down', what: 'web 1', server: 's1', why: 'no answer in time' }),
      at(0.3, 's2', { type: 'marked-down', what: 'app 1', server: 's3', why: 'no answer in time' }),
      at(2.6, 's1', { type: 'promoted', server: 's1' }),
    ];
    assert.equal(
      clusterSentence(events, []),
      'On the servers: s3 was heard for the last time at 16:40:20.000; s1 was promoted to primary at 16:40:22.600.',
    );
  });

  test('is what HAProxy found, where whoever was promoted says nothing any more', () => {
    const events = [
      at(0, 's1', { type: 'stepped-down', server: 's1', why: 'PostgreSQL ended there' }),
      at(1, 's2', { type: 'primary-taken', server: 's2' }),
    ];
    assert.match(clusterSentence(events, []) ?? '', /; the router on s2 took s2 for the primary at 16:40:21\.000\.$/);
  });

  test('is of one router that lost sight of the primary, where it is the way of the request', () => {
    const events = [
      at(0, 's2', { type: 'primary-left', server: 's1', why: 'no connection in time' }),
      at(0.1, 's3', { type: 'primary-left', server: 's1', why: 'no connection in time' }),
      at(0.2, 's2', { type: 'database-away', app: 'app 1' }),
    ];
    assert.equal(clusterSentence(events, []), undefined);
    assert.equal(
      clusterSentence(events, [hop('app', 500, { server: 's2' })]),
      'On the servers: the router on s2 no longer took s1 for the primary (no connection in time) at 16:40:20.000; app 1 on s2 found the database away at 16:40:20.200.',
    );
  });

  test('names who was at work on them, and no more than anybody keeps in mind', () => {
    const events = [
      at(0, 's1', { type: 'verb', who: 'ann@laptop', verb: 'deploy' }),
      at(0, 's2', { type: 'verb', who: 'ann@laptop', verb: 'deploy' }),
      ...Array.from({ length: 10 }, (_, index) =>
        at(index + 1, 's1', { type: 'drained', what: `web ${index + 1}`, server: 's1' }),
      ),
    ];
    const sentence = clusterSentence(events, []) ?? '';
    assert.match(sentence, /^On the servers: ann@laptop began deploy at 16:40:20\.000; web 1 on s1 began to drain at/);
    assert.match(sentence, /; and 3 more changes, below\.$/);
  });
});

suite('the timeline', () => {
  const said = (at: number, server: string, what = 'database connection lost', isOfRequest = false): Event => ({
    at,
    server,
    who: 'app 1',
    what,
    isOfRequest,
  });

  test('says once what is said again and again within a moment, by whomever', () => {
    const [line, ...rest] = linesOf([said(0, 's2'), said(100, 's1'), said(550, 's2')]);
    assert.deepEqual(line, {
      at: 0,
      until: 550,
      servers: ['s1', 's2'],
      who: 'app 1',
      what: 'database connection lost',
      count: 3,
      isOfRequest: false,
    });
    assert.deepEqual(rest, []);
  });

  test('says it again when it happens again', () => {
    assert.deepEqual(
      linesOf([said(0, 's1'), said(600, 's1')]).map(({ count }) => count),
      [1, 1],
    );
  });

  test('leaves the steps of a request apart', () => {
    assert.equal(linesOf([said(0, 's1', 'gets it', true), said(1, 's2', 'gets it', true)]).length, 2);
  });
});
