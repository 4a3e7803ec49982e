import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emergencyOf, figuresOf, longestGap, median, percentile } from '../servers/figures.ts';
import { type Found, limitText, missesOf } from '../servers/limits.ts';
import { takenOver } from '../servers/taken-over.ts';
import { lineOf, markdownTable } from '../servers/table.ts';
import type { Entry } from '../traffic/ledger.ts';

/** A read that went well, unless something else is said; times in milliseconds. */
const entry = (at: number, took: number, other: Partial<Entry> = {}): Entry => ({
  kind: 'articles',
  mark: '',
  at,
  took,
  status: 200,
  text: '',
  isHeld: false,
  isReplay: false,
  isAnonymous: true,
  age: undefined,
  retryAfter: undefined,
  requestId: undefined,
  ...other,
});

/** A second before a fault at 1,000 and two after it: nothing is answered from 1,000 to 1,400. */
const run = [
  entry(0, 10),
  entry(500, 20),
  entry(900, 10),
  // Under way when it broke, and its connection broke with it.
  entry(990, 300, { status: undefined, text: 'ECONNRESET' }),
  // Sent before anybody could know.
  entry(1_100, 250, { status: undefined }),
  entry(1_150, 250, { kind: 'createOrder', status: 201, isAnonymous: false }),
  entry(1_500, 20),
  entry(2_000, 30, { status: 503 }),
  entry(2_500, 700),
];
const fault = { from: 1_000, to: 1_010 };

test('a percentile is a value that occurred, and the median of two lies between them', () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(percentile(values, 0.99), 5);
  assert.equal(percentile(values, 0.5), 3);
  assert.equal(percentile([], 0.99), 0);
  assert.equal(median([4, 1]), 2.5);
  assert.equal(median([9, 1, 4]), 4);
});

test('the longest gap is the time in which nobody got an answer, at the ends too', () => {
  assert.equal(longestGap(run), 1_680, 'from 1,520 to 3,200');
  assert.equal(longestGap([]), 0);
  assert.equal(longestGap([entry(0, 10), entry(10, 5_000, { status: 500 })]), 5_000, 'to the last answer');
});

test('what failed counts as in flight only if it was sent before the site answered again, and is shown after what was not', () => {
  const figures = figuresOf(run, fault);
  assert.equal(figures.sent, 9);
  assert.equal(figures.failed, 3);
  assert.equal(figures.failedInFlight, 2);
  assert.equal(figures.longest, 0.7);
  assert.deepEqual(figures.quiet, { p99: 0.02, longest: 0.02 });
  assert.deepEqual(figures.byStatus, { '200': 5, '201': 1, '503': 1, none: 2 });
  const [unexcused, inFlight] = figures.failures;
  assert.match(unexcused ?? '', /^articles at 1\.00 s: 503 after 30 ms: $/);
  assert.match(inFlight ?? '', /^articles at -0\.01 s: no answer after 300 ms: ECONNRESET$/);
});

test('a connection that broke without a word counts as in flight for a second, an answer that says no does not', () => {
  const late = (at: number, status: number | undefined) => figuresOf([...run, entry(at, 5, { status })], fault);
  assert.equal(late(1_900, undefined).failedInFlight, 3);
  assert.equal(late(2_100, undefined).failedInFlight, 2);
  assert.equal(late(1_900, 502).failedInFlight, 2);
});

test('a server that answers something while it dies has not answered again', () => {
  const dying = [...run, entry(1_020, 60), entry(1_060, 440, { status: undefined })];
  assert.equal(figuresOf(dying, fault).failedInFlight, 3);
});

test('what takes long after the mending is a cost of the return, not of the fault', () => {
  const figures = figuresOf(run, fault, 2_400);
  assert.equal(figures.longest, 0.3);
  assert.equal(figures.longestRead, 0.3);
  assert.equal(figures.longestReturn, 0.7);
});

const found = (other: Partial<Found> = {}): Found => ({
  figures: figuresOf(run, fault),
  violations: [],
  redundancy: 12,
  ...other,
});

test('a mark is missed for everything that it asks for and that is not so, with the figure', () => {
  assert.deepEqual(missesOf({ stall: 1 }, found()), []);
  assert.deepEqual(missesOf({ stall: 0.5 }, found()), ['a request took 0.7 s, not 0.5 s']);
  assert.deepEqual(missesOf({ failed: 'none' }, found()), ['3 failed']);
  assert.deepEqual(missesOf({ failed: 'in flight' }, found()), ['1 failed that were not in flight']);
  assert.deepEqual(missesOf({ failed: 0.5 }, found()), []);
  assert.deepEqual(missesOf({ failed: 0.1 }, found()), ['3 of 9 failed (33.33 %)']);
  assert.deepEqual(missesOf({ redundancy: 10 }, found()), ['whole after 12 s, not 10 s']);
  assert.deepEqual(missesOf({ slowdown: 1.5 }, found()), ['p99 0.7 s, before 0.02 s']);
  assert.deepEqual(missesOf({ isUneventful: true }, found({ failOvers: [] })), []);
  assert.deepEqual(missesOf({ isUneventful: true }, found()), ['taken over: unknown']);
  assert.deepEqual(
    missesOf(
      { isUneventful: true },
      found({ failOvers: takenOver({ VIP: 's1', cache: 's2' }, { VIP: 's2', cache: 's2' }) }),
    ),
    ['taken over: VIP s1 → s2'],
  );
  assert.deepEqual(missesOf({}, found({ violations: ['createOrder x was done 2 times'] })), [
    'createOrder x was done 2 times',
  ]);
});

test('an emergency is one in which reads are served with their age and writes are refused at once', () => {
  const refusal = { kind: 'createOrder', status: 503, retryAfter: '5', isAnonymous: false };
  const good = [entry(10, 5, { age: '12' }), entry(20, 5, refusal), entry(99, 5_000, refusal)];
  const emergency = emergencyOf(good, 0, 50);
  assert.deepEqual(missesOf({ isEmergency: true }, found({ emergency })), []);
  const bad = [
    entry(10, 5, { status: 503 }),
    entry(11, 5),
    entry(20, 2_000, refusal),
    entry(21, 5, { ...refusal, retryAfter: undefined }),
  ];
  assert.deepEqual(missesOf({ isEmergency: true }, found({ emergency: emergencyOf(bad, 0, 50) })), [
    '1 of 2 reads were not served',
    '1 reads did not say their age',
    '1 of 2 writes were not refused with 503 and Retry-After',
    'a refusal took 2 s, not 1 s',
  ]);
});

test('limits read as a person would write them', () => {
  assert.equal(limitText({ stall: 25, readStall: 1, failed: 'none' }), '25 s, reads 1 s, 0 failed');
  assert.equal(limitText({ failed: 0.001, undone: 60 }), '≤ 0.1 % failed, undone within 60 s');
  assert.equal(limitText({ stall: 0.2, failed: 'in flight' }), '0.2 s, only those in flight');
});

test('the table has a row for each mark, with median and maximum where it was measured more than once', () => {
  const measured = (mark: string, redundancy: number, misses: string[] = []) => ({
    mark,
    what: 'something breaks',
    limit: '1 s',
    found: found({ redundancy }),
    misses,
  });
  const lines = markdownTable([measured('1', 10), measured('2', 4), measured('1', 20, ['too late'])]).split('\n');
  assert.equal(lines.length, 4);
  assert.match(
    lines[2] ?? '',
    /^\| 1 \| something breaks \| 1 s \| 2 \| 0\.70 s · 0\.70 s \| .* \| 15\.0 s · 20\.0 s \| 1 of 2 \|$/,
  );
  assert.match(lines[3] ?? '', /^\| 2 \| .* \| 4\.00 s \| yes \|$/);
  assert.match(lineOf(measured('1', 10)), /^✔ 1 · something breaks · limit 1 s · stall 0\.70 s/);
  assert.match(lineOf(measured('1', 10, ['too late'])), /^✘ 1 · /);
});
