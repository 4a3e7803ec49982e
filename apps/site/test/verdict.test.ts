import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ApiProblem, Unreachable } from '../src/api/problem.ts';
import { verdictOn } from '../src/checkout/verdict.ts';

const lines = [
  { product: 'lamp', quantity: 1 },
  { product: 'rope', quantity: 4 },
];
const id = '0b8cbb5e-5f0c-4a3e-9b1f-0d1f6a1f8c11';

suite('verdict on an order', () => {
  test('no answer, a fault of the server and a twin under way leave it open', () => {
    const open = [
      new Unreachable('gone'),
      new TypeError('no answer'),
      ...[401, 408, 429, 500, 502, 503, 504].map((status) => new ApiProblem(status, 'Not now', {})),
      new ApiProblem(409, 'Under way', { 'idempotency-key': ['is in use'] }, 'write-under-way'),
    ];
    for (const error of open) assert.deepEqual(verdictOn(error, lines), { kind: 'unknown', retryAfter: 0 });
    const patient = new ApiProblem(503, 'Not now', {}, 'unavailable', 7);
    assert.deepEqual(verdictOn(patient, lines), { kind: 'unknown', retryAfter: 7 });
  });

  test('a key that was used for an order means that it is placed', () => {
    const named = new ApiProblem(409, 'Conflict', { 'idempotency-key': [`was used for order ${id}`] }, 'conflict');
    assert.deepEqual(verdictOn(named, lines), { kind: 'placed', id });
    const unreadable = new ApiProblem(409, 'Conflict', { 'idempotency-key': ['cannot be read'] }, 'conflict');
    assert.deepEqual(verdictOn(unreadable, lines), { kind: 'placed', id: undefined });
  });

  test('a refusal is told by product, and the rest beside it', () => {
    const errors = {
      'lines.1.quantity': ['only 2 left'],
      lines: ['must all be in one currency'],
      'lines.9.product': ['x'],
    };
    const verdict = verdictOn(new ApiProblem(409, 'Not enough', errors, 'out-of-stock'), lines);
    assert.deepEqual(verdict, {
      kind: 'refused',
      refusal: { byProduct: { rope: ['Only 2 left'] }, others: ['Lines must all be in one currency', 'X'] },
    });
    const bare = verdictOn(new ApiProblem(403, 'This is not yours to do', {}), lines);
    assert.deepEqual(bare, { kind: 'refused', refusal: { byProduct: {}, others: ['This is not yours to do'] } });
  });
});
