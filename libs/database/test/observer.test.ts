import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { type Observer, statement, Unavailable } from '../src/index.ts';
import { addBoat, backendPid, openPool, ownerUrl } from './pool.ts';
import { Relay } from './relay.ts';

/** Writes down what it is told, under the name of whoever asks. */
const notebook = () => {
  const caller = new AsyncLocalStorage<string>();
  const notes: string[] = [];
  const observer: Observer = {
    statement: (name, text) => {
      const who = caller.getStore();
      if (who === undefined) return undefined;
      return (end) => {
        const became = typeof end === 'number' ? `${end} rows` : `${end.code}, ${end.reason}`;
        notes.push(`${who}: ${name}${text === undefined ? '' : ` (${text})`}: ${became}`);
      };
    },
    hold: (verdict) => {
      const who = caller.getStore();
      if (who === undefined) return undefined;
      notes.push(`${who}: held, ${verdict}`);
      return {
        again: ({ code }, attempt) => {
          notes.push(`${who}: again after ${code}`);
          return caller.run(`${who} again`, attempt);
        },
        end: (milliseconds, refusal) => {
          assert.ok(milliseconds > 0 && milliseconds < 1_000);
          notes.push(`${who}: ${refusal ?? 'served'}`);
        },
      };
    },
  };
  return { notes, observer, as: <R>(who: string, work: () => R): R => caller.run(who, work) };
};

const insert = 'INSERT INTO boats (id, name) VALUES ($1, $2)';

test('who asks is known for each statement, and whom nobody observes is not told of', async () => {
  const { notes, observer, as } = notebook();
  const database = openPool({ observer });
  await Promise.all([
    as('ann', () => database.transaction((queries) => queries.query(addBoat, [901, 'Nautilus']))),
    database.transaction((queries) => queries.query(addBoat, [902, 'Pequod'])),
  ]);
  await as('bob', () => database.first(backendPid));
  assert.deepEqual(notes, [
    'ann: BEGIN: 0 rows',
    `ann: add-boat (${insert}): 1 rows`,
    'ann: COMMIT: 0 rows',
    `bob: backend-pid (${backendPid.text}): 1 rows`,
  ]);
});

test('neither values nor the words of a server’s error, which repeat them, are shown', async () => {
  const { notes, observer, as } = notebook();
  const database = openPool({ observer });
  const asNumber = statement('as-number', 'SELECT $1::text::integer AS number');
  await assert.rejects(
    as('ann', () => database.first(asNumber, ['confidential'])),
    /confidential/,
  );
  await assert.rejects(as('ann', () => database.transaction((queries) => queries.query(addBoat, [903, '']))));
  await as('ann', () => database.script(`SELECT 'confidential'`));
  assert.deepEqual(notes, [
    `ann: as-number (${asNumber.text}): 22P02, the server refused it`,
    'ann: BEGIN: 0 rows',
    `ann: add-boat (${insert}): 23514, the server refused it`,
    'ann: ROLLBACK: 0 rows',
    'ann: script: 1 rows',
  ]);
});

const hold = { time: 5_000, callers: 10, bytes: 1_000 };

test('a conflict that passes is a hold, with the try that went through below it', async () => {
  const { notes, observer, as } = notebook();
  const database = openPool({ observer, hold });
  let tries = 0;
  await as('ann', () =>
    database.transaction(async (queries) => {
      tries += 1;
      if (tries === 1) await queries.script(`DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$`);
    }),
  );
  assert.deepEqual(notes, [
    'ann: BEGIN: 0 rows',
    'ann: script: 40001, a conflict with another transaction',
    'ann: ROLLBACK: 0 rows',
    'ann: held, busy',
    'ann: again after 40001',
    'ann again: BEGIN: 0 rows',
    'ann again: COMMIT: 0 rows',
    'ann: served',
  ]);
});

test('a caller who waits in vain is told of as such', async () => {
  const { notes, observer, as } = notebook();
  const relay = await Relay.start(ownerUrl);
  const url = relay.through(ownerUrl);
  const database = openPool({ url, observer, hold: { ...hold, time: 300 } });
  await database.first(backendPid);
  await relay.stop();
  await assert.rejects(
    as('ann', () => database.first(backendPid)),
    Unavailable,
  );
  assert.deepEqual([notes.at(-2), notes.at(-1)], ['ann: held, away', 'ann: limit']);
});
