import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readable } from '../local/readable-log.ts';

const time = '2026-11-23T08:30:00.123Z';
const line = (fields: Record<string, unknown>): string => JSON.stringify({ time, level: 'info', ...fields });

test('a request is its status, method, path and duration', () => {
  const text = line({ msg: 'request', method: 'GET', path: '/api/tags', status: 200, duration_ms: 1.2 });
  assert.equal(readable('web', text), '08:30:00 web  200 GET /api/tags 1.2 ms');
});

test('what is not at info shows its level, and an error its stack', () => {
  assert.equal(readable('app', line({ msg: 'ready' })), '08:30:00 app  ready');
  const err = { message: 'no', stack: 'Error: no\n    at somewhere' };
  assert.equal(
    readable('app', line({ level: 'error', msg: 'request failed', err })),
    '08:30:00 app  error: request failed\n              Error: no\n                  at somewhere',
  );
});

test('what is no log line is shown as it is', () => {
  for (const text of ['plain text', '', '{"half":', 'null', '42', '"text"']) {
    assert.equal(readable('app', text), `         app  ${text}`);
  }
});

test('a line of any shape is shown and never an error', () => {
  const odd: unknown[] = [undefined, null, 0, true, '', [], {}, '2026'];
  for (const key of ['time', 'level', 'msg', 'err', 'path', 'status', 'duration_ms']) {
    for (const value of odd) {
      for (const msg of ['request', 'other']) {
        assert.match(readable('web', JSON.stringify({ time, msg, [key]: value })), /^.{8} web {2}/);
      }
    }
  }
});
