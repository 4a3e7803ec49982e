import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { codings, negotiate, parseAcceptEncoding, preferencesOf } from '../src/static-files/negotiation.ts';

const all = (['zstd', 'br', 'gzip', 'identity'] as const).map((coding) => ({ coding }));
const chosen = (field: string | undefined) => negotiate(all, preferencesOf(field))?.coding;

test('what browsers, proxies and odd clients ask for', () => {
  assert.equal(chosen(undefined), 'identity');
  assert.equal(chosen(''), 'identity');
  assert.equal(chosen('gzip, deflate, br, zstd'), 'zstd');
  assert.equal(chosen('gzip;q=1.0, br;q=0.5'), 'gzip');
  assert.equal(chosen('x-gzip'), 'gzip');
  assert.equal(chosen('GZIP ; Q=0.8'), 'gzip');
  assert.equal(chosen('*'), 'zstd');
  assert.equal(chosen('*;q=0.1, zstd;q=0'), 'br');
  assert.equal(chosen('identity;q=0.9, br;q=0.2'), 'identity');
  assert.equal(chosen('deflate'), 'identity');
  assert.equal(chosen('*;q=0'), undefined);
  assert.equal(chosen('*;q=0, identity'), 'identity');
  assert.equal(chosen('br;q=nonsense, gzip;q=0.1'), 'gzip');
});

const weights = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000);
const fields = fc.dictionary(fc.constantFrom(...codings, 'identity', '*', 'deflate'), weights);

test('the answer is never a coding the client excludes, and nothing it wants more was at hand', () => {
  fc.assert(
    fc.property(fields, fc.subarray(all, { minLength: 1 }), (wanted, held) => {
      const field = Object.entries(wanted)
        .map(([coding, weight]) => `${coding};q=${weight}`)
        .join(', ');
      // The model: RFC 9110 12.5.3 in one line each.
      const weightOf = (coding: string): number => {
        if (wanted[coding] !== undefined) return wanted[coding];
        if (coding === 'identity') return wanted['*'] === 0 ? 0 : 0.000_01;
        return wanted['*'] ?? 0;
      };
      const answer = negotiate(held, parseAcceptEncoding(field));
      const best = Math.max(...held.map(({ coding }) => weightOf(coding)));
      if (best === 0) return answer === undefined;
      return answer !== undefined && weightOf(answer.coding) === best;
    }),
    { numRuns: 2_000 },
  );
});

test('no field, however strange, throws or yields a weight outside 0 to 1', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (field) => {
      for (const weight of Object.values(parseAcceptEncoding(field))) assert.ok(weight >= 0 && weight <= 1);
    }),
    { numRuns: 2_000 },
  );
});
