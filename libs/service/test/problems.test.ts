import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { toProblem } from '../src/index.ts';
import { Problem, problemsPage } from '../src/problems.ts';

test('docs/problems.md is what the catalogue says', () => {
  const page = readFileSync(new URL('../../../docs/problems.md', import.meta.url), 'utf8');
  assert.equal(page, problemsPage(), 'run `npx nx write-docs service`');
});

test('a problem is a document with type, title, status and the fields’ messages', () => {
  const problem = new Problem('validation-failed', { title: ["can't be blank"] });
  assert.deepEqual(JSON.parse(problem.document()), {
    type: '/problems/validation-failed',
    title: 'Some fields are not acceptable',
    status: 422,
    errors: { title: ["can't be blank"] },
  });
});

test('a client’s fault keeps its 4xx, and everything else that is thrown becomes a 500 that tells nothing', () => {
  assert.equal(toProblem(Object.assign(new Error('big'), { statusCode: 413 })).code, 'payload-too-large');
  assert.equal(toProblem(Object.assign(new Error('odd'), { statusCode: 418 })).code, 'bad-request');
  for (const thrown of [new Error('secret text'), 'text', undefined, null, { statusCode: 302 }]) {
    const problem = toProblem(thrown);
    assert.equal(problem.code, 'internal-error');
    assert.doesNotMatch(problem.document(), /secret text/);
  }
});
