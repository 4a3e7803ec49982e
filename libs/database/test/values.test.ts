import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statement } from '../src/index.ts';
import { openPool } from './pool.ts';

const database = openPool();

const one = async (expression: string, ...values: (string | number | Date)[]): Promise<unknown> => {
  const rows = await database.query(statement<{ value: unknown }>(expression, `SELECT ${expression} AS value`), values);
  return rows[0]?.value;
};

test('a bigint arrives as a number up to 2^53 - 1 and is an error beyond', async () => {
  assert.equal(await one('9007199254740991::bigint'), 9_007_199_254_740_991);
  assert.equal(await one('-9007199254740991::bigint'), -9_007_199_254_740_991);
  await assert.rejects(one('9007199254740992::bigint'), {
    name: 'RangeError',
    message: 'bigint 9007199254740992 does not fit a JavaScript number',
  });
  // The connection is as good as before.
  assert.equal(await one('1::bigint'), 1);
});

test('a count is a number', async () => {
  assert.equal(await one('count(*)'), 1);
});

for (const [written, read] of [
  ['2026-11-23 08:30:00.1+00', '2026-11-23T08:30:00.100Z'],
  ['2026-11-23 08:30:00.12+00', '2026-11-23T08:30:00.120Z'],
  ['2026-11-23 08:30:00.123+00', '2026-11-23T08:30:00.123Z'],
  ['2026-11-23 08:30:00.123999+00', '2026-11-23T08:30:00.123Z'],
  ['2026-11-23 08:30:00+00', '2026-11-23T08:30:00.000Z'],
  ['2026-11-23 08:30:00+02', '2026-11-23T06:30:00.000Z'],
  ['2026-11-23 08:30:00.123456+05:30', '2026-11-23T03:00:00.123Z'],
  ['0099-01-01 00:00:00+00', '0099-01-01T00:00:00.000Z'],
]) {
  test(`the time ${written} arrives as ${read}`, async () => {
    assert.equal(await one(`'${written}'::timestamptz`), read);
  });
}

test('a Date is stored as the moment it is', async () => {
  const moment = new Date('2026-11-23T08:30:00.123Z');
  assert.equal(await one('$1::timestamptz', moment), moment.toISOString());
});

test('arrays, booleans and null arrive as such', async () => {
  assert.deepEqual(await one(`array['a', 'b,c', '']`), ['a', 'b,c', '']);
  assert.equal(await one('true'), true);
  assert.equal(await one('NULL::text'), null);
});

test('a value is data, never SQL', async () => {
  assert.equal(await one('$1::text', `'; DROP TABLE boats; --`), `'; DROP TABLE boats; --`);
});
