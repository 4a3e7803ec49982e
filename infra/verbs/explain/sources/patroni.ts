import type { Rule, Source } from './rules.ts';

/** Patroni says these once a second as long as they last; the first and the last say it all. */
const ofPatroni: readonly Rule[] = [
  [
    /promoted self to leader/,
    (_match, { server }) => ({ what: 'is promoted to primary', fact: { type: 'promoted', server } }),
  ],
  [/acquired session lock as a leader/, () => 'has the leader key'],
  [
    /received (switchover|failover) request with leader=(\S+) candidate=(\S+)/,
    ([, kind, from, to]) =>
      `is asked for a ${kind === 'switchover' ? 'switch-over' : 'fail-over'} from ${from} to ${to}`,
  ],
  [
    /(switchover|manual failover): demoting myself/,
    (_match, { server }) => ({
      what: 'stops being the primary: a switch-over',
      fact: { type: 'stepped-down', server, why: 'a switch-over' },
    }),
  ],
  [
    /demot(?:ed|ing) self because (.*)/,
    ([, why = ''], { server }) => ({
      what: `stops being the primary: ${why}`,
      fact: { type: 'stepped-down', server, why },
    }),
  ],
  [
    /Primary crashed\. Failing over/,
    (_match, { server }) => ({
      what: 'finds that PostgreSQL ended, and leaves the database to a standby',
      fact: { type: 'stepped-down', server, why: 'PostgreSQL ended there' },
    }),
  ],
  [/Leader key released/, () => 'gives the leader key back'],
  [/(?:Lock owner: None|leader lock)[^;]*; I am \S+$/, () => 'knows of no primary'],
  [/following a different leader because (.*)/, ([, why]) => `leaves it to another standby: ${why}`],
  [/(?:restarting after failure|starting after demotion) in progress/, () => 'starts PostgreSQL again'],
  [/Postgresql is not running/, () => 'finds that PostgreSQL does not run'],
  [/running pg_rewind from (\S+)/, ([, from]) => `takes back what ${from} does not have`],
  [/Setting synchronous replication to (.*)/, ([, standbys]) => `commits wait for ${standbys}`],
  [
    /(?:Request to server|Failed to get list of machines from) https:\/\/([\d.]+):\d+\S* ?(?:failed)?: (\w+)/,
    ([, at = '', error], _entry, names) => `etcd on ${names.ofAddress(at)} does not answer it: ${error}`,
  ],
  [/No more machines in the cluster/, () => 'reaches no member of etcd'],
  [/bootstrap(?:ped)? from leader '([^']+)'/, ([, from]) => `copies the database from ${from}`],
];

const ofPostgres: readonly Rule[] = [
  [
    /FATAL: +could not connect to the primary server: .*failed: (.*)/,
    ([, why]) => `does not reach the primary: ${why}`,
  ],
  [/received (smart|fast|immediate) shutdown request/, ([, how]) => `is told to stop (${how})`],
  [/database system is shut down/, () => 'has stopped'],
  [/database system was (?:interrupted|not properly shut down)/, () => 'had not stopped in order, and recovers'],
  [
    /database system is ready to accept (read-only )?connections/,
    ([, only]) => (only ? 'lets readers in' : 'lets writers in'),
  ],
  [/the database system is (starting up|shutting down)/, ([, what]) => `refuses connections: it is ${what}`],
  [/received promote request/, () => 'is promoted'],
  [/selected new timeline ID: (\d+)/, ([, id]) => `begins timeline ${id}`],
  [/started streaming WAL from primary/, () => 'follows the primary'],
  [/could not receive data from WAL stream/, () => 'no longer hears the primary'],
  [
    /server process \(PID \d+\) (was terminated by signal \d+[^.]*|exited with exit code \d+)/,
    ([, how], { server }) => ({
      what: `one of its processes ${how}`,
      fact: { type: 'ended', what: 'PostgreSQL', server },
    }),
  ],
  [/PANIC: +(.*)/, ([, what]) => `ends: ${what}`],
  [/No space left on device/, () => 'has no room on its disk'],
  [
    /duration: ([\d.]+) ms +(?:execute|statement|parse|bind)[: ]+([\w-]+)?/,
    ([, took, name = '']) => `a statement took ${(Number(took) / 1_000).toFixed(1)} s: ${name}`,
  ],
  [
    /still waiting for (\w+) on (\w+)/,
    ([, lock, what]) => `a statement waits for a lock (${lock} on ${what}) for over a second`,
  ],
  [/deadlock detected/, () => 'two transactions waited for each other, and one of them was ended'],
  [/canceling (wait for synchronous replication|statement) due to (.*)/, ([, what, why]) => `ended: ${what}, ${why}`],
  [/terminating connection due to (.*)/, ([, why]) => `a connection is ended: ${why}`],
  [/remaining connection slots are reserved|too many clients already/, () => 'has no connection left'],
];

/** Of Patroni and of PostgreSQL, which speaks through it. */
export const patroni: Source = {
  isOf: ({ unit, identifier }) => /^patroni\.service$/.test(unit) && identifier !== 'systemd',
  who: ({ text }) => (/^(?:\S+ \S+ (?:INFO|WARNING|ERROR|CRITICAL): )/.test(text) ? 'Patroni' : 'PostgreSQL'),
  rules: [...ofPatroni, ...ofPostgres],
};
