import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assert as check, property, string } from 'fast-check';
import { slugCandidates, slugOf } from '../src/slug.ts';

const seed = 20_261_123;
const runs = { seed, numRuns: 2_000 };
const title = string({ unit: 'binary', maxLength: 300 });
const form = /^[a-z0-9]+(-[a-z0-9]+)*$/;

suite(`slugs (seed ${seed})`, () => {
  test('a slug of any title is safe in an address, at most 100 characters, or empty', () => {
    check(
      property(title, (text) => {
        const slug = slugOf(text);
        assert.ok(slug === '' || form.test(slug), slug);
        assert.ok(slug.length <= 100);
        assert.equal(encodeURIComponent(slug), slug);
      }),
      runs,
    );
  });

  test('the slug of a slug is itself', () => {
    check(
      property(title, (text) => assert.equal(slugOf(slugOf(text)), slugOf(text))),
      runs,
    );
  });

  test('every name to try is one that a route can have, and no two are equal', () => {
    check(
      property(title, (text) => {
        const candidates = [...slugCandidates(text, 'article')];
        for (const candidate of candidates) assert.match(candidate, form);
        assert.equal(new Set(candidates).size, candidates.length);
        assert.ok(!candidates.includes('feed') && !candidates.includes('new'));
      }),
      runs,
    );
  });

  test('titles of every script give a telling name', () => {
    const expected = {
      'How rope fails': 'how-rope-fails',
      '  Two — anchors…  ': 'two-anchors',
      "The sailor's knot, it’s here": 'the-sailors-knot-its-here',
      'Ünïcödé Straße': 'unicode-strasse',
      'e\u0301tude': 'etude',
      '１２３ ＡＢＣ': '123-abc',
      Привет: 'privet',
    };
    for (const [text, slug] of Object.entries(expected)) assert.equal(slugOf(text), slug);
    for (const text of ['日本語', 'مرحبا', '한국어', 'ไทย']) assert.notEqual(slugOf(text), '');
  });

  test('a long title ends at a word, a long word in the middle', () => {
    assert.equal(slugOf('word '.repeat(60)), 'word-'.repeat(20).slice(0, -1));
    assert.equal(slugOf('x'.repeat(300)), 'x'.repeat(100));
  });

  test('a reserved name and a title without letters get a random ending', () => {
    for (const text of ['Feed', 'NEW', 'new!']) {
      for (const candidate of slugCandidates(text, 'article')) assert.match(candidate, /^(feed|new)-[0-9a-f]{8}$/);
    }
    for (const candidate of slugCandidates('?!', 'product')) assert.match(candidate, /^product-[0-9a-f]{8}$/);
  });
});
