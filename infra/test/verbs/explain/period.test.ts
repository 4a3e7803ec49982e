import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { clock, lasting, periodOf, type PeriodOptions } from '../../../verbs/explain/period.ts';
import { requestIdOf } from '../../../verbs/explain/request-id.ts';
import { exitCodes, type VerbError } from '../../../verbs/support/exit-codes.ts';

const now = Date.parse('2026-11-26T16:45:00Z');
const read = (options: PeriodOptions, isOfRequest = false): string[] => {
  const { from, to } = periodOf(options, isOfRequest, now);
  return [from, to].map((at) => new Date(at).toISOString());
};
const end = '2026-11-26T16:45:00.000Z';

suite('the time that is explained', () => {
  const right: readonly (readonly [what: string, options: PeriodOptions, from: string, to: string])[] = [
    ['goes from so long ago until now', { since: '5m' }, '2026-11-26T16:40:00.000Z', end],
    ['may be long', { since: '2d' }, '2026-11-24T16:45:00.000Z', end],
    [
      'is of today without a date',
      { from: '16:40', to: '16:41:30.5' },
      '2026-11-26T16:40:00.000Z',
      '2026-11-26T16:41:30.500Z',
    ],
    ['is in UTC, or in the zone that it names', { from: '2026-11-26T17:40:05+01:00' }, '2026-11-26T16:40:05.000Z', end],
    ['is taken as a journal prints it', { from: '2026-11-25 16:40:05,25' }, '2026-11-25T16:40:05.250Z', end],
    [
      'is of yesterday where today’s is yet to come',
      { from: '23:50', to: '00:05' },
      '2026-11-25T23:50:00.000Z',
      '2026-11-26T00:05:00.000Z',
    ],
    ['is of one evening', { from: '23:50', to: '23:55' }, '2026-11-25T23:50:00.000Z', '2026-11-25T23:55:00.000Z'],
    ['ends now at the latest', { from: '16:40', to: '16:59' }, '2026-11-26T16:40:00.000Z', end],
  ];
  for (const [what, options, from, to] of right) {
    test(what, () => assert.deepEqual(read(options), [from, to]));
  }

  test('is the last day for a request, unless another is named', () => {
    assert.deepEqual(read({}, true), ['2026-11-25T16:45:00.000Z', end]);
    assert.deepEqual(read({ since: '7d' }, true), ['2026-11-19T16:45:00.000Z', end]);
  });

  const wrong: readonly (readonly [what: string, options: PeriodOptions, sentence: string])[] = [
    ['a length without a unit', { since: '5' }, '--since is "5"; it wants a number and s, m, h or d, such as 5m.'],
    ['no length', { since: '0m' }, '--since is "0m"; it wants a number and s, m, h or d, such as 5m.'],
    [
      'a word',
      { from: 'yesterday' },
      '--from is "yesterday"; it wants a time (UTC), such as 16:40:05 or 2026-11-26T16:40:05.250Z.',
    ],
    [
      'a day that there is not',
      { from: '2026-02-30T10:00Z' },
      '--from is "2026-02-30T10:00Z"; it wants a time (UTC), such as 16:40:05 or 2026-11-26T16:40:05.250Z.',
    ],
    [
      'an hour that there is not',
      { from: '16:40', to: '25:00' },
      '--to is "25:00"; it wants a time (UTC), such as 16:40:05 or 2026-11-26T16:40:05.250Z.',
    ],
    ['an end before its beginning', { from: '16:40', to: '16:30' }, '--from 16:40 is not before --to 16:30.'],
    [
      'a beginning in the future',
      { from: '2026-11-26T16:50' },
      '--from 2026-11-26T16:50 is yet to come: it is 2026-11-26T16:45:00.000Z.',
    ],
    ['an end alone', { to: '16:40' }, '--to wants --from as well.'],
    ['two kinds at once', { since: '5m', from: '16:40' }, '--since goes up to now: it takes neither --from nor --to.'],
    ['nothing', {}, 'explain wants the id of a request, or a time: --since 5m, or --from TIME and --to TIME.'],
  ];
  for (const [what, options, sentence] of wrong) {
    test(`refuses ${what}, with what would be right; code 2`, () => {
      assert.throws(() => read(options), { message: sentence, code: exitCodes.usage });
    });
  }
});

suite('the id of a request', () => {
  test('is taken as it is copied', () => {
    const id = '1e520938-3446-45ce-bc09-b71b3161a99b';
    assert.equal(requestIdOf(` ${id.toUpperCase()}\n`), id);
    assert.equal(requestIdOf('from.Another-proxy:42'), 'from.Another-proxy:42');
  });

  test('is refused where it can be none, before any server is asked; code 2', () => {
    for (const text of ['short', 'a b c d e f g h', '.*.*.*.*.*', 'x'.repeat(129), '--grep=anything', '']) {
      assert.throws(
        () => requestIdOf(text),
        (error: VerbError) =>
          error.code === exitCodes.usage && error.message.startsWith(`"${text}" is no id of a request;`),
        text,
      );
    }
  });
});

test('times are for people: to the millisecond, and as long as they need', () => {
  assert.equal(clock(Date.parse('2026-11-26T16:40:05.007Z')), '16:40:05.007');
  assert.deepEqual([0.4, 12, 999.6, 1_330, 28_204].map(lasting), ['0 ms', '12 ms', '1000 ms', '1.33 s', '28.2 s']);
});
