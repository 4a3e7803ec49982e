import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binsOf } from '../../drill/report/bins.ts';
import { joined, newest } from '../../drill/publish.ts';
import { chartOf, pictureOf } from '../../drill/report/chart.ts';
import { escape } from '../../drill/report/escape.ts';
import { htmlOf } from '../../drill/report/html.ts';
import { junitOf } from '../../drill/report/junit.ts';
import { markdownOf } from '../../drill/report/markdown.ts';
import { readmeTable, withTable } from '../../drill/report/readme.ts';
import { roundTicks } from '../../drill/report/scale.ts';
import { summaryOf } from '../../drill/report/summary.ts';
import { injection, record } from './sample.ts';

const entry = (at: number, took: number, status?: number) => ({
  kind: 'articles',
  mark: '',
  at,
  took,
  status,
  text: '',
  isHeld: false,
  isReplay: false,
  isAnonymous: true,
  age: undefined,
  retryAfter: undefined,
  requestId: undefined,
});

test('seconds are counted from the fault, and one in which nobody was sent is one too', () => {
  const bins = binsOf(
    [entry(9_500, 10, 200), entry(10_000, 20, 200), entry(10_900, 40), entry(12_100, 30, 503)],
    10_000,
  );
  assert.deepEqual(
    bins.map(({ second, answered, failed, longest }) => [second, answered, failed, longest]),
    [
      [-1, 1, 0, 10],
      [0, 1, 1, 40],
      [1, 0, 0, 0],
      [2, 0, 1, 30],
    ],
  );
});

test('of nothing there is no picture', () => {
  assert.deepEqual(binsOf([], 0), []);
  assert.equal(chartOf({ ...injection('8'), bins: [] }), '');
});

test('what happened under one name is one row, with median and maximum', () => {
  const [first, second] = summaryOf(record.injections);
  assert.equal(first?.runs, 2);
  assert.deepEqual(
    first?.stall.map((time) => Math.round(time * 10) / 10),
    [21.5, 23],
  );
  assert.equal(first?.missed, 0);
  assert.deepEqual([second?.mark, second?.missed, second?.failed], ['2', 1, [7, 7]]);
});

test('the page shows each mark, what was missed, and nothing of it as markup', () => {
  const page = htmlOf(record);
  assert.match(page, /<title>Drill of 2026-11-26: 1 of 3 missed their mark<\/title>/);
  assert.match(page, /<td class="bad">0 of 1<\/td>/);
  assert.match(page, /<li>7 failed &amp; &quot;more&quot;<\/li>/);
  assert.ok(!page.includes('<8>'));
  assert.equal(page.match(/<svg /g)?.length, 3);
  assert.ok(!/(src|href)="(?!#)/.test(page), 'it asks nobody for anything');
});

test('a picture says in words what it shows, for those who do not see it', () => {
  const [, , missed] = record.injections;
  assert.ok(missed);
  assert.match(
    chartOf(missed),
    /role="img" aria-label="[^"]*7 requests failed, the longest took 0\.02 s; the mark was missed"/,
  );
});

test('a lane shows who held the VIP from when on', () => {
  const picture = chartOf(injection('8', { outage: 23 }));
  assert.match(picture, /<title>s1<\/title>/);
  assert.match(picture, /<title>s3<\/title>/);
});

test('a CI server counts a missed mark as a failure', () => {
  const xml = junitOf(record);
  assert.match(xml, /<testsuites name="drill" tests="3" failures="1" errors="0" time="640">/);
  assert.match(xml, /<failure message="a request took 0\.77 s, not 0\.5 s">/);
  assert.equal(xml.match(/<testcase /g)?.length, 3);
});

test('what XML cannot hold is left out', () => {
  assert.equal(escape('a\u0000<b>\u001b&'), 'a&lt;b&gt;&amp;');
});

test('an axis has round numbers, few of them', () => {
  assert.deepEqual(roundTicks(200, 3), [0, 100, 200]);
  assert.deepEqual(roundTicks(57, 10), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(roundTicks(0.4, 3), [0]);
});

test('drills that are published together stand in one table, and a picture needs nothing around it', () => {
  const both = joined([record, { ...record, command: 'npx nx drill load-tests -- --seed 8' }]);
  assert.equal(both.injections.length, 6);
  assert.deepEqual(both.command.split('\n'), [
    'npx nx drill load-tests -- --seed 7',
    'npx nx drill load-tests -- --seed 8',
  ]);
  const text = markdownOf(both);
  assert.match(text, /\| 8 \| .* \| 4 \| 21\.5 s · 23\.0 s \|/);
  assert.match(text, /\| 2 \| .* \| \*\*0 of 2\*\* \|/);
  assert.match(text, /^- 2: a request took 0\.77 s, not 0\.5 s/m);
  assert.match(pictureOf(injection('8')), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<style>/s);
});

test('README shows the marks of one number in one line, and nothing else of it changes', () => {
  const { begin, end } = { begin: '<!-- drill: npx nx drill-results load-tests -->', end: '<!-- /drill -->' };
  const readme = withTable(`before\n${begin}\nold\n${end}\nbehind\n`, record.injections);
  assert.equal(readme, `before\n${begin}\n\n${readmeTable(record.injections)}\n\n${end}\nbehind\n`);
  assert.match(readme, /^\| HAProxy killed \| .* \| 0 of 1 \|$/m);
  assert.match(readme, /^\| the primary’s server lost \| 21\.5 s · 23\.0 s \| 0 \| 0 \| yes \|$/m);
  assert.throws(() => withTable('nothing', []), /README\.md has no <!-- drill/);
});

test('of drills between which something was changed, each fault is told as the last one found it', () => {
  const [first] = record.injections;
  assert.ok(first);
  const other = { ...first, mark: 'other' };
  const earlier = { ...record, date: '2026-01-01T00:00:00.000Z', injections: [first, first, other] };
  const later = { ...record, date: '2026-01-02T00:00:00.000Z', injections: [first] };
  const marks = newest([later, earlier]).map(({ date, injections }) => [date, injections.map(({ mark }) => mark)]);
  assert.deepEqual(marks, [
    [earlier.date, ['other']],
    [later.date, [first.mark]],
  ]);
});
