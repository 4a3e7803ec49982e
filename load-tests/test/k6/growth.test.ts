import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf, type Reading } from '../../k6/server-watch.ts';

/** A look each minute at one unit. */
const looks = (memory: (minute: number) => number, descriptors: (minute: number) => number = () => 100): Reading[] =>
  Array.from({ length: 40 }, (_, minute) => ({
    at: minute * 60_000,
    unit: 's1 web@1.service',
    memory: memory(minute),
    descriptors: descriptors(minute),
  }));

const texts = (readings: readonly Reading[]): string[] =>
  growthOf(readings).map(({ isKept, text }) => `${isKept} ${text}`);

test('what stays as it is does not grow', () => {
  assert.deepEqual(texts(looks(() => 90_000)), ['true memory and open files of 1 units stay as they are (40 looks)']);
});

test('what fills in the first quarter of a run is no growth', () => {
  assert.match(texts(looks((minute) => Math.min(minute, 8) * 10_000))[0] ?? '', /^true/);
});

test('memory that grows to the end is found, with its unit and how much', () => {
  assert.deepEqual(texts(looks((minute) => 80_000 + minute * 2_000)), [
    'false s1 web@1.service: memory from 109 to 149 MB',
  ]);
});

test('descriptors that are never closed are found', () => {
  assert.deepEqual(
    texts(
      looks(
        () => 90_000,
        (minute) => 50 + minute * 10,
      ),
    ),
    ['false s1 web@1.service: open files from 195 to 395'],
  );
});

test('a run that is too short says so instead of passing judgement', () => {
  assert.match(texts(looks(() => 90_000).slice(0, 3))[0] ?? '', /^true too short/);
});

test('where nobody looked nothing is said', () => {
  assert.deepEqual(growthOf([]), []);
});
