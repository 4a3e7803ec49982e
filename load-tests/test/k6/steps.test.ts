import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivalsOf, stretched } from '../../k6/arrivals.ts';
import type { Sample } from '../../k6/lines.ts';
import { between, recoveryOf, stepsOf } from '../../k6/steps.ts';
import { visitors, workloads } from '../../scenarios/workloads.ts';

/** One request each 10 ms for so many seconds, as slow as it is told for each second. */
const run = (
  seconds: number,
  took: (second: number) => number,
  status: (second: number) => number = () => 200,
): Sample[] =>
  Array.from({ length: seconds * 100 }, (_, index) => {
    const second = Math.floor(index / 100);
    return {
      at: 5_000 + index * 10,
      took: took(second),
      status: status(second),
      kind: 'read',
      name: 'a',
      id: '-',
      key: undefined,
      isAnonymous: true,
      isHeld: false,
      isReplay: false,
      hasAge: false,
      hasRetryAfter: false,
      word: '',
    };
  });

test('the steps of a workload are the times in which its rate stays', () => {
  const stages = [
    { seconds: 5, rate: 1 },
    { seconds: 20, rate: 1 },
    { seconds: 5, rate: 10 },
    { seconds: 10, rate: 10 },
  ];
  assert.deepEqual(stepsOf(stages), [
    { from: 5, to: 25, rate: 1 },
    { from: 30, to: 40, rate: 10 },
  ]);
});

test('a stress goes up in twelve steps', () => {
  assert.deepEqual(
    stepsOf(workloads.stress.stages).map(({ rate }) => rate),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
});

test('seconds are counted from the first request', () => {
  assert.equal(
    between(
      run(4, () => 1),
      1,
      3,
    ).length,
    200,
  );
});

test('a site that is as before right behind a spike has recovered at once', () => {
  assert.equal(
    recoveryOf(
      run(30, (second) => (second < 10 ? 3_000 : 40)),
      10,
      30,
    ),
    0,
  );
});

test('after the last request nothing is looked at: it is not missing', () => {
  assert.equal(
    recoveryOf(
      run(28, () => 40),
      10,
      30,
    ),
    0,
  );
});

test('the recovery ends with the last bad second, not with the first good one', () => {
  const took = (second: number): number => (second === 14 ? 900 : 40);
  assert.equal(recoveryOf(run(30, took), 10, 30), 5);
});

test('failures are no recovery, however fast', () => {
  assert.equal(
    recoveryOf(
      run(
        30,
        () => 5,
        (second) => (second < 18 ? 503 : 200),
      ),
      10,
      30,
    ),
    8,
  );
});

test('a site that is still slow when the run ends has not recovered', () => {
  assert.equal(
    recoveryOf(
      run(30, () => 900),
      10,
      30,
    ),
    undefined,
  );
});

test('visitors come so often that the requests of all make the rate', () => {
  const arrivals = arrivalsOf([{ seconds: 10, rate: 1 }], 200);
  const requests = arrivals.reduce(
    (sum, { visitor, stages: [stage] }) => sum + (stage?.rate ?? 0) * visitors[visitor].requests,
    0,
  );
  assert.ok(Math.abs(requests / 60 - 200) < 1, `${requests / 60} requests/s`);
});

test('of all requests one in five is a write', () => {
  const writes = { reader: 0, member: 0, writer: 5, buyer: 2 };
  const all = Object.entries(visitors).reduce((sum, [, { share, requests }]) => sum + share * requests, 0);
  const written = Object.entries(visitors).reduce(
    (sum, [name, { share }]) => sum + share * writes[name as keyof typeof writes],
    0,
  );
  assert.ok(Math.abs(written / all - 0.2) < 0.01, `${written / all}`);
});

test('of every kind somebody comes, however low the rate', () => {
  for (const { stages } of arrivalsOf([{ seconds: 10, rate: 1 }], 0.1))
    assert.deepEqual(stages, [{ seconds: 10, rate: 1 }]);
});

test('minutes stretch the last stage alone', () => {
  const stages = [
    { seconds: 60, rate: 1 },
    { seconds: 240, rate: 1 },
  ];
  assert.deepEqual(stretched(stages, 1.5), [
    { seconds: 60, rate: 1 },
    { seconds: 90, rate: 1 },
  ]);
  assert.equal(stretched(stages, undefined), stages);
});
