import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOf, isCutOff, isFailed, quantile, type Sample, sampleOf } from '../../k6/lines.ts';

const sample = (at: number, took: number, status = 200): Sample => ({
  at,
  took,
  status,
  kind: 'read',
  name: 'articles',
  id: '-',
  key: undefined,
  isAnonymous: true,
  isHeld: false,
  isReplay: false,
  hasAge: false,
  hasRetryAfter: false,
  word: '',
});

test('a line of a request is read back as it was written', () => {
  assert.deepEqual(
    sampleOf('1795674000123 45 201 write createOrder 5305bc99-3f3d k6-buyer-7 -hrt {"order":{"id":"a","total":3}}'),
    {
      at: 1_795_674_000_123,
      took: 45,
      status: 201,
      kind: 'write',
      name: 'createOrder',
      id: '5305bc99-3f3d',
      key: 'k6-buyer-7',
      isAnonymous: false,
      isHeld: true,
      isReplay: true,
      hasAge: false,
      hasRetryAfter: true,
      word: '{"order":{"id":"a","total":3}}',
    },
  );
});

test('a failure keeps its reason, spaces and all', () => {
  const failed = sampleOf('1795674000123 60000 0 read articles - - -a request timeout after 60 s');
  assert.equal(failed?.word, 'request timeout after 60 s');
  assert.ok(failed && isFailed(failed));
});

test('what k6 cut off when it was told to stop is no failure, unless it had been forgotten', () => {
  const cut = (took: number, word: string): Sample => ({ ...sample(0, took, 0), word });
  const way = '(connection 0, handshake 0, sending 0, waiting 40 ms)';
  assert.ok(isCutOff(cut(40, `context canceled ${way}`)));
  assert.ok(!isCutOff(cut(21_369, `context canceled ${way}`)));
  assert.ok(!isCutOff(cut(40, `read: connection reset by peer ${way}`)));
});

test('what k6 itself has to say is no request', () => {
  for (const line of [
    'GoError: there is no article',
    '',
    'time="2026" level=warning msg="Insufficient VUs"',
    '12 45 200 read a - - -a',
  ]) {
    assert.equal(sampleOf(line), undefined, line);
  }
});

test('a 4xx is no failure of the site', () => {
  assert.ok(!isFailed(sample(0, 1, 429)));
  assert.ok(isFailed(sample(0, 1, 503)));
});

test('the slowest hundredth of a hundred is the slowest one', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(quantile(values, 0.99), 99);
  assert.equal(quantile(values, 0.5), 50);
  assert.equal(quantile([7], 0.99), 7);
  assert.equal(quantile([], 0.99), 0);
});

test('the rate of a stretch counts from its first request to its last', () => {
  const figures = figuresOf(
    Array.from({ length: 101 }, (_, index) => sample(1_000 + index * 10, index, index === 3 ? 0 : 200)),
  );
  assert.equal(figures.sent, 101);
  assert.equal(Math.round(figures.rate), 101);
  assert.deepEqual([figures.failed, figures.p50, figures.longest], [1, 50, 100]);
});

test('of nothing there are figures, too', () => {
  assert.deepEqual(figuresOf([]), { sent: 0, rate: 0, failed: 0, p50: 0, p99: 0, longest: 0 });
});
