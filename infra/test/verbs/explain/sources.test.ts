import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Entry, Fact } from '../../../verbs/explain/event.ts';
import { eventsIn, namesOf } from '../../../verbs/explain/interpret.ts';
import { threeServers } from '../../support/inventories.ts';

// Lines of real journals, of a lab in which things were broken.

const names = namesOf(threeServers());

type Line = { readonly unit: string; readonly identifier?: string; readonly text: string; readonly server?: string };

const entryOf = ({ unit, identifier = unit, text, server = 's1' }: Line): Entry => ({
  at: 1_000_000,
  server,
  unit: `${unit}.service`,
  identifier,
  text,
});
const read = (...lines: Line[]) => eventsIn(lines.map(entryOf), names);

const down = (what: string, reason: string) =>
  `Server ${what} is DOWN, reason: ${reason}, check duration: 1ms. 2 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.`;
const up = (what: string) =>
  `Server ${what} is UP, reason: Layer7 check passed, code: 200, check duration: 26ms. 3 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.`;
const ofApp = (fields: object) =>
  JSON.stringify({
    level: 'info',
    time: '2026-11-26T16:40:17.168Z',
    service: 'app',
    release: 'c07844fa0758',
    pid: 2,
    ...fields,
  });
const lost = { err: { type: 'Error', message: 'Connection terminated unexpectedly', stack: 'Error: …' } };
const ofEtcd = (msg: string, more = '') =>
  `{"level":"info","ts":"2026-11-26T16:34:52.012970Z","logger":"raft","caller":"etcdserver/zap_raft.go:77","msg":"${msg}"${more}}`;

type Case = readonly [line: Line, who: string, what: string, fact?: Fact];

const cases: readonly Case[] = [
  [
    { unit: 'haproxy', text: down('web/s1-1', 'Layer4 connection problem, info: "Connection refused"') },
    'HAProxy',
    'gives web 1 on s1 no requests: Connection refused',
    { type: 'marked-down', what: 'web 1', server: 's1', why: 'Connection refused' },
  ],
  [
    { unit: 'haproxy', text: down('app/s2-1', 'Layer7 wrong status, code: 503, info: "Service Unavailable"') },
    'HAProxy',
    'gives app 1 on s2 no requests: not ready',
    { type: 'marked-down', what: 'app 1', server: 's2', why: 'not ready' },
  ],
  [{ unit: 'haproxy', text: up('app/s2-1') }, 'HAProxy', 'gives app 1 on s2 requests again'],
  [
    { unit: 'haproxy', text: 'Server web/s1-1 is stopping, reason: Layer7 check conditionally passed, code: 503.' },
    'HAProxy',
    'gives web 1 on s1 no new requests: it drains',
    { type: 'drained', what: 'web 1', server: 's1' },
  ],
  [
    { unit: 'haproxy', text: down('primary/s3', 'Layer4 timeout') },
    'HAProxy',
    'no longer takes s3 for the primary: no connection in time',
    { type: 'primary-left', server: 's3', why: 'no connection in time' },
  ],
  [
    { unit: 'haproxy', text: down('primary/s3', 'Layer7 wrong status, code: 503, info: "Service Unavailable"') },
    'HAProxy',
    'no longer takes s3 for the primary: it says that it is not',
    { type: 'primary-left', server: 's3', why: 'it says that it is not' },
  ],
  [
    { unit: 'haproxy', text: up('primary/s1') },
    'HAProxy',
    'takes s1 for the primary',
    { type: 'primary-taken', server: 's1' },
  ],
  [{ unit: 'haproxy', text: `Backup ${up('primary/over-s2')}` }, 'HAProxy', 'may reach the primary over s2'],
  [
    { unit: 'haproxy', text: down('balancers/s2', 'Layer4 timeout') },
    'HAProxy',
    'no longer hears the balancer on s2: no connection in time',
  ],
  [{ unit: 'haproxy', text: 'proxy primary has no server available!' }, 'HAProxy', 'knows of no primary'],
  [
    { unit: 'haproxy', text: 'backend app has no server available!' },
    'HAProxy',
    'knows of no instance of app that is well, and tries them all',
  ],
  [
    {
      unit: 'haproxy',
      text: '127.0.0.1:59662 [26/Nov/2026:16:40:17.178] primary primary/s3 1/13/76 0 DC 27/2/1/1/0 0/0',
    },
    'HAProxy',
    'a connection to s3 was cut: the server is no longer what it was',
  ],
  [
    {
      unit: 'haproxy',
      text: '127.0.0.1:59662 [26/Nov/2026:16:40:17.178] primary primary/<NOSRV> -1/-1/1 0 SC 27/2/1/1/0 0/0',
    },
    'HAProxy',
    'has no primary for a connection of app',
  ],
  [
    { unit: 'keepalived', identifier: 'Keepalived_vrrp', text: '(vip) Entering MASTER STATE' },
    'keepalived',
    'takes the VIP',
    { type: 'vip-taken', server: 's1' },
  ],
  [
    { unit: 'keepalived', identifier: 'Keepalived_vrrp', text: '(vip) Entering FAULT STATE' },
    'keepalived',
    'cannot hold the VIP',
  ],
  [
    { unit: 'keepalived', identifier: 'tickle', text: 'told 54 clients of a balancer that is lost' },
    'keepalived',
    'tells 54 clients of the former holder that it is lost',
  ],
  [
    { unit: 'keepalived', identifier: 'Keepalived_vrrp', text: 'VRRP_Script(haproxy) failed (exited with status 1)' },
    'keepalived',
    'finds that HAProxy does not answer',
  ],
  [
    { unit: 'patroni', text: '2026-11-26 16:40:17,750 INFO: promoted self to leader by acquiring session lock' },
    'Patroni',
    'is promoted to primary',
    { type: 'promoted', server: 's1' },
  ],
  [
    { unit: 'patroni', text: '2026-11-26 16:40:16,949 INFO: switchover: demoting myself' },
    'Patroni',
    'stops being the primary: a switch-over',
    { type: 'stepped-down', server: 's1', why: 'a switch-over' },
  ],
  [
    { unit: 'patroni', text: '2026-11-26 16:40:46,517 INFO: Primary crashed. Failing over.' },
    'Patroni',
    'finds that PostgreSQL ended, and leaves the database to a standby',
    { type: 'stepped-down', server: 's1', why: 'PostgreSQL ended there' },
  ],
  [
    {
      unit: 'patroni',
      text: '2026-11-26 16:47:50,762 INFO: demoting self because DCS is not accessible and I was a leader',
    },
    'Patroni',
    'stops being the primary: DCS is not accessible and I was a leader',
    { type: 'stepped-down', server: 's1', why: 'DCS is not accessible and I was a leader' },
  ],
  [
    {
      unit: 'patroni',
      text: `2026-11-26 16:34:52,416 ERROR: Request to server https://10.77.0.12:2379 failed: ReadTimeoutError("HTTPSConnectionPool(host='10.77.0.12', port=2379): Read timed out.")`,
    },
    'Patroni',
    'etcd on s2 does not answer it: ReadTimeoutError',
  ],
  [
    { unit: 'patroni', text: '2026-11-26 16:40:21,541 INFO: Setting synchronous replication to 1 of 2 (s2, s3)' },
    'Patroni',
    'commits wait for 1 of 2 (s2, s3)',
  ],
  [{ unit: 'patroni', text: 'LOG:  received fast shutdown request' }, 'PostgreSQL', 'is told to stop (fast)'],
  [
    {
      unit: 'patroni',
      text: 'FATAL:  could not connect to the primary server: connection to server at "10.77.0.13", port 5432 failed: FATAL:  the database system is shutting down',
    },
    'PostgreSQL',
    'does not reach the primary: FATAL:  the database system is shutting down',
  ],
  [
    {
      unit: 'patroni',
      text: 'scale_up_app@scale_up LOG:  duration: 1376.245 ms  execute outcome-claim: INSERT INTO outcomes (id, fingerprint) VALUES ($1, $2)',
    },
    'PostgreSQL',
    'a statement took 1.4 s: outcome-claim',
  ],
  [
    {
      unit: 'patroni',
      text: 'scale_up_app@scale_up LOG:  process 14057 still waiting for ShareLock on transaction 2243 after 1000.099 ms',
    },
    'PostgreSQL',
    'a statement waits for a lock (ShareLock on transaction) for over a second',
  ],
  [
    {
      unit: 'valkey-sentinel',
      text: '1191:X 26 Nov 2026 16:33:02.813 # +switch-master scale-up 10.77.0.11 6379 10.77.0.12 6379',
    },
    'Sentinel',
    'the cache goes from s1 to s2',
    { type: 'cache-moved', server: 's2' },
  ],
  [
    {
      unit: 'valkey-sentinel',
      text: '1190:X 26 Nov 2026 16:33:13.205 # +sdown slave 10.77.0.11:6379 10.77.0.11 6379 @ scale-up 10.77.0.12 6379',
    },
    'Sentinel',
    'does not hear Valkey on s1',
  ],
  [
    {
      unit: 'scale-up-witness',
      identifier: 'python3',
      text: 'nothing was heard of s3 for 2.3 s: fenced, and voted on',
    },
    'witness',
    'nothing was heard of s3 for 2.3 s: fenced, and voted on',
    { type: 'server-lost', server: 's3', since: 997_700 },
  ],
  [
    {
      unit: 'app@1',
      identifier: 'app-1',
      text: ofApp({ level: 'warn', ...lost, msg: 'database away, requests are held' }),
    },
    'app 1',
    'finds the database away and holds requests: Connection terminated unexpectedly',
    { type: 'database-away', app: 'app 1' },
  ],
  [
    { unit: 'app@1', identifier: 'app-1', text: ofApp({ after_ms: 908, msg: 'database back' }) },
    'app 1',
    'finds the database back after 908 ms',
  ],
  [
    { unit: 'web@2', identifier: 'web-2', text: ofApp({ signal: 'SIGTERM', delay_ms: 700, msg: 'draining' }) },
    'web 2',
    'drains (SIGTERM): takes nothing new, finishes what it has',
    { type: 'drained', what: 'web 2', server: 's1' },
  ],
  [
    {
      unit: 'app@1',
      identifier: 'app-1',
      text: ofApp({ level: 'warn', reason: 'version 12 is missing', msg: 'waiting for the schema' }),
    },
    'app 1',
    'waiting for the schema: version 12 is missing',
  ],
  [
    {
      unit: 'app@1',
      identifier: 'app-1',
      text: ofApp({
        request_id: '14a9bca7-6058-49a6-ae8b-86b93cd35992',
        msg: 'dropped a request whose caller has left',
      }),
    },
    'app 1',
    'dropped a request whose caller has left',
  ],
  [
    {
      unit: 'haproxy',
      identifier: 'systemd',
      text: 'haproxy.service: Main process exited, code=killed, status=9/KILL',
    },
    'systemd',
    'HAProxy ended: killed, 9/KILL',
    { type: 'ended', what: 'HAProxy', server: 's1' },
  ],
  [
    { unit: 'web@1', identifier: 'systemd', text: 'web@1.service: Scheduled restart job, restart counter is at 1.' },
    'systemd',
    'starts web 1 again (1)',
  ],
  [
    { unit: 'systemd-journald', text: 'Journal started' },
    'systemd',
    'the server has started',
    { type: 'server-started', server: 's1' },
  ],
  [
    { unit: 'session-c7', identifier: 'scale-up-verb', text: 'ann@laptop begins evacuate s1' },
    'operator',
    'ann@laptop begins evacuate s1',
    { type: 'verb', who: 'ann@laptop', verb: 'evacuate s1' },
  ],
  [
    { unit: 'session-c7', identifier: 'scale-up-verb', text: 'ann@laptop ends evacuate s1' },
    'operator',
    'ann@laptop ends evacuate s1',
  ],
];

suite('a line of a journal', () => {
  for (const [line, who, what, fact] of cases) {
    test(`of ${who}: ${what}`, () => {
      assert.deepEqual(read(line), [{ at: 1_000_000, server: 's1', who, what, ...(fact && { fact }) }]);
    });
  }

  test('that says nothing to anybody is left out', () => {
    const quiet: readonly Line[] = [
      { unit: 'patroni', text: '2026-11-26 16:40:17,053 WARNING: Loop time exceeded, rescheduling immediately.' },
      {
        unit: 'patroni',
        text: '2026-11-26 16:40:16,703 INFO: no action. I am (s3), a secondary, and following a leader (s1)',
      },
      { unit: 'patroni', text: 'LOG:  checkpoint complete: wrote 87 buffers (0.5%)' },
      { unit: 'haproxy', text: down('members/s2', 'Layer4 timeout') },
      { unit: 'haproxy', text: 'Proxy edge stopped (cumulated conns: FE: 61, BE: 0).' },
      { unit: 'haproxy', text: '{"service": "edge", "request_id": "…", "status": 200}' },
      { unit: 'app@1', identifier: 'app-1', text: ofApp({ request_id: 'x', status: 200, msg: 'request' }) },
      { unit: 'app@1', identifier: 'app-1', text: ofApp({ msg: 'Server listening at http://10.77.0.11:8090' }) },
      { unit: 'app@1', identifier: 'app-1', text: '(node:2) TimeoutNegativeWarning: -1 is a negative number.' },
      { unit: 'cron', text: '(CRON) INFO (Running @reboot jobs)' },
      {
        unit: 'cron',
        identifier: 'systemd',
        text: 'Started cron.service - Regular background program processing daemon.',
      },
    ];
    assert.deepEqual(read(...quiet), []);
  });

  test('of etcd names members by their servers, as far as these have said their ids', () => {
    const [first, second, third] = read(
      {
        unit: 'etcd',
        server: 's1',
        text: ofEtcd('raft.node: 7774d9f147203625 lost leader a2bc4d79cdf18e7a at term 3'),
      },
      {
        unit: 'etcd',
        server: 's3',
        text: ofEtcd('raft.node: 88594b2d898e3513 elected leader 7774d9f147203625 at term 3'),
      },
      {
        unit: 'etcd',
        server: 's3',
        text: ofEtcd('peer became inactive (message send to peer failed)', ',"peer-id":"a2bc4d79cdf18e7a"'),
      },
    );
    assert.equal(first?.what, 'has lost its leader, member a2bc4d79cdf18e7a');
    assert.equal(second?.what, 'is led by s1');
    assert.equal(third?.what, 'does not hear member a2bc4d79cdf18e7a');
  });

  test('with a client’s text in it is that text, and no other line', () => {
    const path = 'Server web/s1-1 is DOWN, reason: mine, check duration';
    assert.deepEqual(read({ unit: 'app@1', identifier: 'app-1', text: ofApp({ msg: 'request', path }) }), []);
  });
});
