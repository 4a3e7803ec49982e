import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limited } from '../src/limits.ts';

const limits = { count: 3, longest: 4 };

test('attributes within their limits are those that were given; undefined ones are none', () => {
  const attributes = { a: 'abcd', b: undefined, c: 12_345, d: true };
  const found = limited(attributes, limits);
  assert.equal(found.attributes, attributes);
  assert.equal(found.droppedAttributes, 0);
});

test('of a longer text its beginning is kept, of more attributes the first, and it is said how many were not', () => {
  const attributes = { a: undefined, b: 'abcdef', c: 1, d: 'x', e: 'y', f: 'z' };
  assert.deepEqual(limited(attributes, limits), { attributes: { b: 'abcd', c: 1, d: 'x' }, droppedAttributes: 2 });
  assert.deepEqual(limited({ a: 1 }, { count: 0, longest: 4 }), { attributes: {}, droppedAttributes: 1 });
});
