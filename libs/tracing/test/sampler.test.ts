import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplerOf } from '../src/sampler.ts';
import { randomHex } from '../src/trace-context.ts';

const ratioOf = (arg: string) =>
  samplerOf({ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: arg });

test('of many traces the part is recorded that was asked for', () => {
  const { decide } = ratioOf('0.1');
  const count = 100_000;
  let recorded = 0;
  for (let each = 0; each < count; each += 1) if (decide(randomHex(16))) recorded += 1;
  // Ten times the standard deviation, of which chance has none in the life of this test.
  assert.ok(Math.abs(recorded - count * 0.1) < 10 * Math.sqrt(count * 0.09), `${recorded} of ${count}`);
});

test('a trace that is recorded at a ratio is so at a higher one, in every process', () => {
  const [few, more] = [ratioOf('0.1'), ratioOf('0.3')];
  for (let each = 0; each < 10_000; each += 1) {
    const traceId = randomHex(16);
    assert.equal(ratioOf('0.1').decide(traceId), few.decide(traceId));
    if (few.decide(traceId)) assert.ok(more.decide(traceId), traceId);
  }
});

test('of 0 none is recorded, and of 1 every one, at both ends of the ids', () => {
  for (const traceId of ['0'.repeat(31) + '1', 'f'.repeat(32)]) {
    assert.deepEqual([ratioOf('0').decide(traceId), ratioOf('1').decide(traceId)], [false, true]);
  }
});
