import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Operation, operations, pathOf } from '../src/index.ts';

const all: readonly Operation[] = Object.values(operations);

test('no two operations have the same method and path', () => {
  const routes = all.map(({ method, path }) => `${method} ${path}`);
  assert.equal(new Set(routes).size, routes.length);
});

test('whoever needs a token is told of 401, and whoever names a thing of 404', () => {
  for (const { method, path, access, problems = [] } of all) {
    if (access === 'user' || access === 'admin') assert.ok(problems.includes(401), `${method} ${path}`);
    if (access === 'admin') assert.ok(problems.includes(403), `${method} ${path}`);
    if (path.includes(':')) assert.ok(problems.includes(404), `${method} ${path}`);
  }
});

test('every parameter of a path has a schema, and 204 has no answer', () => {
  for (const { path, params, status, answer } of all) {
    const names = [...path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(Object.keys(params?.properties ?? {}).toSorted(), names.toSorted(), path);
    assert.equal(answer === undefined, status === 204, path);
  }
});

test('any name survives its way through an address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (username) => {
      const path = pathOf(operations.profile, { params: { username } });
      assert.equal(decodeURIComponent(path.replace('/profiles/', '')), username);
      assert.match(path, /^\/profiles\/[^/?#]+$/);
    }),
  );
});

test('query members that are undefined are left out, the rest is encoded', () => {
  assert.equal(
    pathOf(operations.articles, { query: { tag: 'a&b', author: undefined, limit: 5 } }),
    '/articles?tag=a%26b&limit=5',
  );
  assert.equal(pathOf(operations.articles), '/articles');
});

test('a missing parameter is named', () => {
  assert.throws(() => pathOf(operations.article, { params: {} }), /GET \/articles\/:slug: parameter "slug" is missing/);
});
