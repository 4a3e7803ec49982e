import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behindFloor, type Mark, markText, misses, valueOf } from '../../bench/marks.ts';
import type { Result } from '../../bench/pair.ts';
import { allPairs, shortPairs } from '../../bench/pairs/index.ts';
import { chartOf } from '../../bench/report/chart.ts';
import { withBench } from '../../bench/report/readme.ts';
import { tableOf } from '../../bench/report/table.ts';

const result = (mark: Mark, other: Partial<Result> = {}): Result => ({
  name: 'one',
  what: 'something',
  against: 'another',
  mark,
  rates: { ours: [90, 100, 300], theirs: [50, 50, 100] },
  p99: { ours: [3, 5, 4], theirs: [2, 2, 4] },
  costs: { ours: { web: 50 }, theirs: { nginx: 20 } },
  memory: { ours: 100, theirs: 10 },
  ...other,
});

test('a rate is the ratio of the medians, with the lowest and highest of single rounds', () => {
  assert.deepEqual(valueOf(result({ of: 'rate', value: 2 })), { median: 2, lowest: 1.8, highest: 3 });
});

test('times are compared with the slowest hundredth, as a ratio or as a difference', () => {
  assert.deepEqual(valueOf(result({ of: 'p99', value: 1.5 })), { median: 2, lowest: 1, highest: 2.5 });
  assert.deepEqual(valueOf(result({ of: 'added p99', value: 1 })), { median: 2, lowest: 0, highest: 3 });
});

test('a rate is missed below its mark, a time above it, and memory above its limit', () => {
  assert.deepEqual(misses(result({ of: 'rate', value: 2 })), []);
  assert.deepEqual(misses(result({ of: 'rate', value: 2.5 })), ['2.00 ×, not ≥ 2.5 ×']);
  assert.deepEqual(misses(result({ of: 'p99', value: 1.5 })), ['2.00 × p99, not ≤ 1.5 × p99']);
  assert.deepEqual(misses(result({ of: 'added p99', value: 1 })), ['2.00 ms, not ≤ 1.0 ms']);
  assert.deepEqual(misses(result({ of: 'rate' })), [], 'what is there to compare with has no mark');
  assert.deepEqual(misses(result({ of: 'rate' }, { memoryLimit: 99 })), ['100 MB, not ≤ 99 MB']);
});

test('the short bench lets a quarter through, from the mark or from what is known to be missed', () => {
  assert.equal(behindFloor(result({ of: 'rate', value: 2.6 })), undefined);
  assert.match(behindFloor(result({ of: 'rate', value: 2.8 })) ?? '', /^one: 2\.00 ×, a quarter beyond .* \(2\.10\)$/);
  const known = { reached: 2.6, because: 'of a reason' };
  assert.equal(behindFloor(result({ of: 'rate', value: 10, known })), undefined);
  assert.equal(behindFloor(result({ of: 'p99', value: 1.5 })), undefined);
  assert.match(behindFloor(result({ of: 'p99', value: 1.4 })) ?? '', /\(1\.87\)$/);
  assert.equal(behindFloor(result({ of: 'rate' })), undefined);
});

test('what is known to be missed has a reason, and misses its mark', () => {
  for (const { name, mark } of allPairs) {
    if (!mark.known) continue;
    const { reached, because } = mark.known;
    assert.ok(because.length > 10, name);
    assert.ok(mark.of === 'rate' ? reached < (mark.value ?? 0) : reached > (mark.value ?? 0), `${name} is not missed`);
  }
});

test('every pair has a name of its own, and those of the short bench exist', () => {
  const names = allPairs.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    shortPairs.filter((name) => !names.includes(name)),
    [],
  );
});

test('table and chart show each pair, the chart without what is no ratio', () => {
  const results = [
    result({ of: 'rate', value: 2 }),
    result({ of: 'added p99', value: 1 }, { what: 'a difference', memoryLimit: 50 }),
  ];
  const [, , first, second] = tableOf(results).split('\n');
  assert.equal(
    first,
    '| something | another | ≥ 2.0 × | 2.00 × (1.80–3.00) | 100 · 50 | 4.0 · 2.0 | 50 · 20 | 100 · 10 | yes |',
  );
  assert.match(second ?? '', /≤ 1\.0 ms .* \*\*no\*\* \|$/);
  const chart = chartOf(results);
  assert.match(chart, /2\.00 × \(≥ 2\.0 ×\)/);
  assert.doesNotMatch(chart, /a difference/);
  assert.equal(markText({ of: 'rate', value: 0.93 }), '≥ 0.93 ×');
});

test('README shows one pair of each kind with what it misses, memory as well, and nothing else of it changes', () => {
  const [begin, end] = ['<!-- bench: npx nx bench load-tests -- --publish -->', '<!-- /bench -->'];
  const shown = { ...result({ of: 'rate', value: 2 }, { memoryLimit: 99 }), name: 'list' };
  const readme = withBench(`before\n${begin}\nold\n${end}\nbehind\n`, [shown, { ...shown, name: 'another pair' }]);
  const head = '| what | against | found (rounds) | mark | reached |\n| --- | --- | --- | --- | --- |';
  const row = '| something | another | 2.00 × (1.80–3.00) | ≥ 2.0 × | **no**; 100 MB, not ≤ 99 MB |';
  assert.equal(readme, `before\n${begin}\n\n${head}\n${row}\n\n${end}\nbehind\n`);
  assert.throws(() => withBench('nothing', []), /README\.md has no <!-- bench/);
});
