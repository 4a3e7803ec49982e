import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DatabaseEvent, type Outcome, OutcomeUnknown, Unavailable, WriteUnderWay } from '../src/index.ts';
import { openAdmin, openPool, TestCluster } from './cluster.ts';
import { countedWork, keyOf, outcomesSql, tripsOf, tripsSql } from './outcomes.ts';
import { type Cut, Relay } from './relay.ts';
import { errorOf, timed, until } from './until.ts';

const cluster = await TestCluster.start();
const admin = openAdmin(cluster.url);
await admin.script(`${outcomesSql}; ${tripsSql}`);
const relay = await Relay.start(cluster.url);

const openCut = () => {
  const events: string[] = [];
  const onEvent = ({ type }: DatabaseEvent): void => void events.push(type);
  return { events, database: openPool(relay.through(cluster.url), { onEvent }) };
};

for (const cuts of [['after'], ['before'], ['after', 'after'], ['before', 'after']] as Cut[][]) {
  const name = `cut ${cuts.join(', then ')}`;

  test(`when the connection dies at COMMIT (${name} the server got it), a write with a key is done once, within 2 s, and is no repetition`, async () => {
    const { database, events } = openCut();
    const { state, work } = countedWork(name);
    relay.cutNextCommits(...cuts);
    const cutBefore = relay.commitsCut;
    const { seconds, result } = await timed(database.once(keyOf(name), work));
    assert.equal(relay.commitsCut - cutBefore, cuts.length);
    assert.ok(seconds < 2, `took ${seconds} s`);
    assert.equal(result.isReplay, false);
    assert.equal(await tripsOf(admin, name), 1);
    assert.equal(state.runs, 1 + cuts.filter((cut) => cut === 'before').length);
    assert.equal(events.filter((type) => type === 'commit-unknown').length, cuts.length);
    assert.deepEqual(await database.once(keyOf(name), work), { answer: result.answer, isReplay: true });
  });
}

for (const cut of ['before', 'after'] as const) {
  test(`when the connection dies at COMMIT (${cut} the server got it), a transaction without a key is told that nobody knows`, async () => {
    const { database, events } = openCut();
    const { state, work } = countedWork(`without key ${cut}`);
    relay.cutNextCommits(cut);
    assert.ok((await errorOf(database.transaction(work))) instanceof OutcomeUnknown);
    assert.equal(state.runs, 1);
    assert.equal(await tripsOf(admin, `without key ${cut}`), cut === 'after' ? 1 : 0);
    assert.ok(events.includes('commit-unknown'));
  });
}

test('one whose COMMIT never arrived, and whose twin did the write meanwhile, is told that it is a repetition', async () => {
  const { database } = openCut();
  const own = countedWork('overtaken');
  const twin = countedWork('overtaken');
  let twinCall: Promise<Outcome> | undefined;
  relay.cutNextCommits('before');
  const overtaken = await database.once(keyOf('overtaken'), async (queries) => {
    // The twin waits for the row, and gets it when this connection dies; this one comes again a little later.
    twinCall ??= openPool(cluster.url).once(keyOf('overtaken'), twin.work);
    const answer = await own.work(queries);
    if (own.state.runs === 1) await until('the twin waits', 2, async () => (await admin.script(lockWaits)).length > 0);
    return Buffer.concat([answer, Buffer.from('own')]);
  });
  const other = await twinCall;
  assert.deepEqual([overtaken.isReplay, other?.isReplay], [own.state.runs === 1, own.state.runs !== 1]);
  assert.deepEqual(overtaken.answer, other?.answer);
  assert.equal(await tripsOf(admin, 'overtaken'), 1);
});
const lockWaits = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;

test('a read that comes in the absence that an unknown COMMIT began is held like any other, and served', async () => {
  const reads: Promise<number>[] = [];
  const database = openPool(relay.through(cluster.url), {
    onEvent: ({ type }) => {
      if (type !== 'away') return;
      assert.equal(database.awayBecause()?.error instanceof OutcomeUnknown, false);
      reads.push(tripsOf(database, 'bystander'));
    },
  });
  relay.cutNextCommits('after');
  await database.once(keyOf('bystander'), countedWork('bystander').work);
  assert.deepEqual(await Promise.all(reads), [1]);
});

const confirmedBy = (names: string) =>
  admin
    .script(`ALTER SYSTEM SET synchronous_standby_names = '${names}'`)
    .then(() => admin.script('SELECT pg_reload_conf()'));

const noStandby = async (): Promise<void> => {
  await confirmedBy('nobody');
  await until('the setting is in force', 2, async () => {
    const rows = await admin.script('SHOW synchronous_standby_names');
    return rows[0]?.['synchronous_standby_names'] === 'nobody';
  });
};
const impatient = () =>
  openPool(cluster.url, {
    hold: { time: 2_500, callers: 10, bytes: 1_000 },
    limits: { statement: 300, idleInTransaction: 1_000 },
  });

test('while no standby confirms, a write is not acknowledged, within 0.3 s after the limit; once one does, a repetition is answered', async () => {
  const database = impatient();
  const { state, work } = countedWork('unconfirmed');
  await noStandby();
  // COMMIT waits for ever: no time limit of the server ends it.
  const { seconds, result } = await timed(errorOf(database.once(keyOf('unconfirmed'), work)));
  assert.ok(result instanceof Unavailable && result.reason === 'limit', String(result));
  assert.ok(seconds > 2.4 && seconds < 2.8, `took ${seconds} s`);
  assert.ok((await errorOf(database.once(keyOf('unconfirmed'), work))) instanceof WriteUnderWay);

  const waiting = database.once(keyOf('confirmed'), work);
  await until('its first COMMIT was given up', 4, () => database.connections().held === 1);
  await confirmedBy('');
  assert.equal((await waiting).isReplay, false, 'the one that did it is told so');
  assert.equal((await database.once(keyOf('unconfirmed'), work)).isReplay, true);
  assert.equal(state.runs, 2);
  assert.equal(await tripsOf(admin, 'unconfirmed'), 2);
});

test('while somebody cancels the wait for the standby, nothing is acknowledged, a stored outcome neither', async () => {
  const database = impatient();
  const { state, work } = countedWork('cancelled');
  await noStandby();
  const over = new AbortController();
  const cancelling = (async () => {
    while (!over.signal.aborted) {
      await admin.script(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
    }
  })();
  for (const _ of ['the write', 'its repetition']) {
    const error = await errorOf(database.once(keyOf('cancelled'), work));
    assert.ok(error instanceof Unavailable && error.reason === 'limit', String(error));
    assert.match(String((error.cause as Error).cause), /canceling wait for synchronous replication/);
  }
  assert.ok((await errorOf(database.transaction(work))) instanceof OutcomeUnknown);
  over.abort();
  await cancelling;
  await confirmedBy('');
  assert.equal((await database.once(keyOf('cancelled'), work)).isReplay, true);
  assert.equal(state.runs, 2, 'once with the key, once without');
  assert.equal(await tripsOf(admin, 'cancelled'), 2);
});
