import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatPrice, minorUnits, priceInput } from '../src/components/money.ts';
import { hrefWith, pageOf, pagesShown } from '../src/components/paging.ts';

suite('text', () => {
  test('prices have as many decimals as their currency', () => {
    assert.equal(formatPrice(1250, 'EUR'), '€12.50');
    assert.equal(formatPrice(1250, 'JPY'), 'JP¥1,250');
    assert.equal(formatPrice(1250, 'KWD'), 'KWD\u00A01.250');
    assert.equal(priceInput(1250, 'JPY'), '1250');
    assert.equal(priceInput(1250, 'KWD'), '1.250');
  });

  test('what someone types is read as minor units, exactly', () => {
    assert.equal(minorUnits('12.5', 'EUR'), 1250);
    assert.equal(minorUnits(' 12,50 ', 'EUR'), 1250);
    assert.equal(minorUnits('0.29', 'EUR'), 29);
    assert.equal(minorUnits('1250', 'JPY'), 1250);
    assert.equal(minorUnits('1.25', 'KWD'), 1250);
    for (const typed of ['', 'twelve', '-1', '1e3', '12.505', '1.2.3'])
      assert.equal(minorUnits(typed, 'EUR'), Number.NaN, typed);
    assert.equal(minorUnits('12.5', 'JPY'), Number.NaN);
  });

  test('the pages shown are the first, the last and the neighbours', () => {
    assert.deepEqual(pagesShown(1, 3), [1, 2, 3]);
    assert.deepEqual(pagesShown(1, 9), [1, 2, undefined, 9]);
    assert.deepEqual(pagesShown(5, 9), [1, undefined, 4, 5, 6, undefined, 9]);
    assert.deepEqual(pagesShown(9, 9), [1, undefined, 8, 9]);
  });

  test('an address says only what differs from the usual', () => {
    assert.equal(hrefWith('/', { tag: undefined, page: 1 }), '/');
    assert.equal(hrefWith('/', { tag: 'a b', page: 2 }), '/?tag=a+b&page=2');
    for (const page of ['0', '-1', 'x', '1e9', '']) assert.equal(pageOf(new URLSearchParams({ page })), 1, page);
    assert.equal(pageOf(new URLSearchParams({ page: '12' })), 12);
  });
});
