import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../src/index.ts';
import { countedWork, keyOf, outcomesSql, tripsOf, tripsSql } from './outcomes.ts';
import { admin, backendPid, openPool, ownerUrl } from './pool.ts';
import { Relay } from './relay.ts';
import { errorOf } from './until.ts';

await admin.script(`${outcomesSql}; ${tripsSql}; GRANT ALL ON outcomes, trips TO scale_up_owner`);
const relay = await Relay.start(ownerUrl);

const one = statement<{ one: number }>('one', 'SELECT 1 AS one');

test('a write of one statement, with a read before it, is three ways to the database and back', async () => {
  const database = openPool({ url: relay.through(ownerUrl), poolSize: 1 });
  const once = (name: string) =>
    database.once<{ one: number } | undefined>(
      keyOf(name),
      async (queries, found) => {
        assert.deepEqual(found, { one: 1 });
        return countedWork(name).work(queries);
      },
      {},
      (queries) => queries.first(one),
    );
  // Connects, and prepares its statements.
  await once('warm');
  const before = relay.ways;
  await once('three ways');
  assert.equal(relay.ways - before, 3);
  assert.equal(await tripsOf(database, 'three ways'), 1);
});

test('a transaction of one statement is two', async () => {
  const database = openPool({ url: relay.through(ownerUrl), poolSize: 1 });
  await database.first(one);
  const before = relay.ways;
  await database.transaction((queries) => queries.first(one));
  assert.equal(relay.ways - before, 2);
});

test('what a read before the write says is of interest to who does the write, and to nobody else', async () => {
  const database = openPool({ poolSize: 1 });
  const { state, work } = countedWork('looked');
  const failure = new Error('no such account');
  const refuse = async (): Promise<never> => {
    throw failure;
  };
  assert.equal(await errorOf(database.once(keyOf('looked'), work, {}, refuse)), failure);
  assert.deepEqual([state.runs, await database.isKnown(keyOf('looked'))], [0, false]);
  const first = await database.once(keyOf('looked'), work);
  const second = await database.once(keyOf('looked'), work, {}, refuse);
  assert.deepEqual([second.isReplay, second.answer, state.runs], [true, first.answer, 1]);
});

test('when the answer cannot be stored nothing is committed, why is said, and the connection stays', async () => {
  await admin.script(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room for this answer'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON outcomes FOR EACH ROW WHEN (new.answer = 'unstorable') EXECUTE FUNCTION refuse()`);
  const database = openPool({ poolSize: 1 });
  const before = await database.first(backendPid);
  const { work } = countedWork('unstorable');
  const unstorable: typeof work = async (queries) => {
    await work(queries);
    return Buffer.from('unstorable');
  };
  assert.match(String(await errorOf(database.once(keyOf('unstorable'), unstorable))), /no room for this answer/);
  assert.deepEqual([await database.isKnown(keyOf('unstorable')), await tripsOf(database, 'unstorable')], [false, 0]);
  assert.deepEqual(await database.first(backendPid), before);
});

test('a write whose outcome has no answer, which no transaction leaves, is not done again', async () => {
  const { id, fingerprint } = keyOf('poor');
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  await admin.script(`INSERT INTO outcomes (id, fingerprint) VALUES ('\\x${hex(id)}', '\\x${hex(fingerprint)}')`);
  const { state, work } = countedWork('poor');
  const database = openPool();
  assert.match(String(await errorOf(database.once(keyOf('poor'), work))), /an outcome without an answer/);
  assert.equal(state.runs, 0);
});
