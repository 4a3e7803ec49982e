import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { DatabaseError } from 'pg';
import { statement } from '../src/index.ts';
import { isRollback, sqlStates, type Verdict, verdictOf, WrongRole } from '../src/verdict.ts';
import { openAdmin, pid, TestCluster } from './cluster.ts';
import { errorOf } from './until.ts';

const cluster = await TestCluster.start();
const admin = openAdmin(cluster.url);
await admin.script(`
  CREATE TABLE boats (id integer PRIMARY KEY);
  INSERT INTO boats VALUES (1), (2);
  CREATE ROLE reader LOGIN PASSWORD 'word';
  GRANT ALL ON boats TO reader;
  CREATE ROLE crowd LOGIN PASSWORD 'word' CONNECTION LIMIT 0`);

const databaseError = (code: string, severity = 'ERROR'): DatabaseError =>
  Object.assign(new DatabaseError('as the server says', 0, 'error'), { code, severity });

/** Of every row of the table one code, in its order. */
const examples: readonly (readonly [string, Verdict])[] = [
  ['08P01', 'fault'],
  ['08006', 'away'],
  ['57P01', 'away'],
  ['57P05', 'busy'],
  ['58030', 'away'],
  ['25006', 'away'],
  ['25P03', 'busy'],
  ['40001', 'busy'],
  ['40P01', 'busy'],
  ['40003', 'away'],
  ['53300', 'busy'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
];

test('every row of the table decides its own code', () => {
  const rows = examples.map(([code]) => sqlStates.findIndex(([pattern]) => pattern.test(code)));
  assert.deepEqual(rows, [...sqlStates.keys()]);
  for (const [code, verdict] of examples) assert.equal(verdictOf(databaseError(code)), verdict, code);
});

test('what waiting does not change is a fault', () => {
  for (const code of [
    '23505',
    '22P02',
    '42P01',
    '42601',
    '28P01',
    '3D000',
    '57P04',
    '0A000',
    '25P02',
    'XX000',
    'P0001',
  ]) {
    assert.equal(verdictOf(databaseError(code)), 'fault', code);
  }
  for (const thrown of [new Error('another'), new TypeError('x'), 'text', null, undefined, { code: 'ECONNREFUSED' }]) {
    assert.equal(verdictOf(thrown), 'fault', inspect(thrown));
  }
});

test('what sockets, the resolver and pg say is known', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN']) {
    assert.equal(verdictOf(Object.assign(new Error('socket'), { code })), 'away', code);
  }
  assert.equal(verdictOf(new WrongRole('a standby')), 'away');
  assert.equal(verdictOf(new Error('Connection terminated due to connection timeout')), 'away');
  assert.equal(verdictOf(new Error('There was an error establishing an SSL connection')), 'busy');
});

test('an error of COMMIT is a rollback only when the server says so, in whatever language', () => {
  assert.equal(isRollback(databaseError('40001')), true);
  assert.equal(isRollback(databaseError('23503', 'FEHLER')), true);
  assert.equal(isRollback(databaseError('57P01', 'FATAL')), false);
  assert.equal(isRollback(new Error('Connection terminated unexpectedly')), false);
});

/** One after another, so that the ways of a real server do not meet. */
const real: Record<string, readonly [code: string | RegExp, Verdict, () => Promise<unknown>]> = {
  'ends a running statement’s connection': [
    '57P01',
    'away',
    () => admin.script('SELECT pg_terminate_backend(pg_backend_pid())'),
  ],
  'is read-only': [
    '25006',
    'away',
    async () => {
      await admin.script('ALTER ROLE reader SET default_transaction_read_only = on');
      return openAdmin(as('reader')).script('DELETE FROM boats');
    },
  ],
  'waits for a lock longer than lock_timeout': [
    '55P03',
    'busy',
    () => besideLock((queries) => queries.script("SET LOCAL lock_timeout = '50ms'; DELETE FROM boats WHERE id = 1")),
  ],
  'waits for a lock longer than a statement may': [
    '57014',
    'busy',
    () =>
      besideLock((queries) => queries.script("SET LOCAL statement_timeout = '50ms'; DELETE FROM boats WHERE id = 1")),
  ],
  'finds a conflict': [
    '40001',
    'busy',
    () =>
      admin.transaction(async (queries) => {
        await queries.script('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM boats');
        await admin.script('UPDATE boats SET id = id WHERE id = 1');
        await queries.script('DELETE FROM boats WHERE id = 1');
      }),
  ],
  'finds a deadlock': [
    '40P01',
    'busy',
    () =>
      admin.transaction(async (queries) => {
        await queries.script("SET LOCAL deadlock_timeout = '20ms'; SELECT 1 FROM boats WHERE id = 1 FOR UPDATE");
        const locked = Promise.withResolvers<void>();
        const other = admin.transaction(async (others) => {
          await others.script('SELECT 1 FROM boats WHERE id = 2 FOR UPDATE');
          locked.resolve();
          await others.script('SELECT 1 FROM boats WHERE id = 1 FOR UPDATE');
        });
        await locked.promise;
        await Promise.all([other, queries.script('SELECT 1 FROM boats WHERE id = 2 FOR UPDATE')]);
      }),
  ],
  'has no connection left': ['53300', 'busy', () => openAdmin(as('crowd')).first(pid)],
  'does not know the password': ['28P01', 'fault', () => openAdmin(as('reader', 'wrong')).first(pid)],
  'finds a mistake': ['42P01', 'fault', () => admin.script('SELECT 1 FROM ships')],
  'is frozen': [
    /^Query read timeout$/,
    'away',
    async () => {
      const database = openAdmin(cluster.url, { limits: { statement: 100, idleInTransaction: 0 } });
      await database.first(pid);
      const resume = cluster.pause();
      return database.first(pid).finally(resume);
    },
  ],
  'is not there': [
    'ECONNREFUSED',
    'away',
    async () => {
      await cluster.stop();
      return openAdmin(cluster.url).first(statement('nobody', 'SELECT 1'));
    },
  ],
};

const as = (role: string, password = 'word'): string => {
  const url = new URL(cluster.url);
  [url.username, url.password] = [role, password];
  return url.href;
};
/** While somebody else holds the row. */
const besideLock = (work: Parameters<typeof admin.transaction>[0]): Promise<unknown> =>
  admin.transaction(async (queries) => {
    await queries.script('SELECT 1 FROM boats WHERE id = 1 FOR UPDATE');
    return admin.transaction(work);
  });

for (const [what, [code, verdict, ask]] of Object.entries(real)) {
  test(`a real server that ${what} (${code}) is ${verdict}`, async () => {
    const error = (await errorOf(ask())) as Error & { code?: string };
    if (typeof code === 'string') assert.equal(error.code, code, error.message);
    else assert.match(error.message, code);
    assert.equal(verdictOf(error), verdict);
  });
}
