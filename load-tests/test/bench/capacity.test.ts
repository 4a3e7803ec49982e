import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksOf, isRight } from '../../bench/capacity/check.ts';
import { withCosts } from '../../bench/capacity/document.ts';
import { type Costs, kindNames, tiers, usualMix } from '../../bench/capacity/kinds.ts';
import { costOf, limitsOf } from '../../bench/capacity/model.ts';

/** Every request the same: the edge 10 µs, web 20, app 100, the database 50. */
const cost = { edge: 10, web: 20, app: 100, database: 50, bytes: 10_000 };
const costs: Costs = {
  date: '2026-11-26T12:00:00Z',
  processor: 'a processor',
  kinds: { file: cost, cached: cost, read: cost, write: cost, order: cost },
};

const rounded = (fleet: Parameters<typeof limitsOf>[2]) =>
  limitsOf(costs, usualMix, fleet).map(({ what, rate }) => [what, Math.round(rate)]);

test('the mix is a whole', () => {
  const sum = kindNames.reduce((total, kind) => total + usualMix[kind], 0);
  assert.ok(Math.abs(sum - 1) < 1e-9);
  assert.ok(tiers.every((tier) => Math.abs(costOf(costs, usualMix, tier) - cost[tier]) < 1e-9));
});

test('with every tier on each server, the one that has VIP and primary is full first', () => {
  // 10 + 50 + (20 + 100) / 3 µs of 2 cores that are 95 % busy.
  assert.deepEqual(rounded({ servers: 3, cores: 2, gigabits: 1 }), [
    ['the VIP’s network card (1 Gbit/s)', 11_364],
    ['the server that has VIP and primary', 19_000],
    ['the server that has the primary, the VIP being elsewhere', 21_111],
    ['a server that has neither', 47_500],
  ]);
  const [first] = limitsOf(costs, usualMix, { servers: 3, cores: 2, gigabits: 10 });
  const [more] = limitsOf(costs, usualMix, { servers: 6, cores: 2, gigabits: 10 });
  assert.ok((more?.rate ?? 0) > (first?.rate ?? 0), 'more servers bear more');
});

test('with tiers on servers of their own, a tier grows by its servers and the next one is full first', () => {
  const first = (app: number) => rounded({ web: 1, app, cores: 2, gigabits: 100 })[0];
  assert.deepEqual(first(1), ['app', 19_000]);
  assert.deepEqual(first(3), ['the primary', 38_000]);
  assert.deepEqual(first(9), ['the primary', 38_000]);
});

test('a model that is off by more than 15 % is not right', () => {
  assert.ok(isRight({ instances: 1, predicted: 100, found: 86 }));
  assert.ok(!isRight({ instances: 1, predicted: 100, found: 84 }));
  assert.ok(!isRight({ instances: 1, predicted: 100, found: 116 }));
});

test('the page has what was measured between its marks, and keeps the rest', () => {
  const page =
    'before\n<!-- costs: npx nx capacity load-tests -- --measure --publish -->\nold\n<!-- /costs -->\nafter\n';
  const found = withCosts(page, costs);
  assert.match(found, /^before\n[\s\S]*\| the mix \|  \| 10 \| 20 \| 100 \| 50 \|  \|\n[\s\S]*after\n$/);
  assert.doesNotMatch(found, /old/);
  assert.equal(withCosts(found, costs), found);
  assert.throws(() => withCosts('nothing', costs), /docs\/capacity\.md has no <!-- costs/);
});

test('what several instances are said to bear follows from what a request costs one at the most that it bears', () => {
  const step = (rate: number, each: number, isBorne: boolean) => ({ rate, cost: each, isBorne });
  const steps = new Map([
    [
      1,
      [step(200, 900, true), step(225, 760, false), step(250, 760, true), step(275, 720, false), step(300, 700, false)],
    ],
    [2, [step(400, 800, true), step(450, 800, false)]],
  ]);
  assert.deepEqual(
    checksOf(steps).map(({ instances, predicted, found }) => [instances, Math.round(predicted), found]),
    [
      [1, 250, 250],
      [2, 500, 400],
    ],
  );
  assert.throws(() => checksOf(new Map([[1, [step(200, 900, false)]]])), /bore nothing/);
});
