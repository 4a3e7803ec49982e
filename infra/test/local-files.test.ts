import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { localSecrets, makeSecrets } from '../local/secrets.ts';
import { writeWhole } from '../local/write-whole.ts';

const folder = `${mkdtempSync(join(tmpdir(), 'scale-up-files-'))}/`;
const file = `${folder}secrets.json`;
beforeEach(() => rmSync(file, { force: true }));
after(() => rmSync(folder, { recursive: true }));

test('secrets are made once, for their user alone, and stay the same', () => {
  const made = localSecrets(folder);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(localSecrets(folder), made);
  assert.deepEqual(readdirSync(folder), ['secrets.json']);
});

test('every secret is its own, long enough, and stands in URLs and SQL as it is', () => {
  const values = [makeSecrets(), makeSecrets()].flatMap((secrets) => Object.values(secrets));
  assert.equal(new Set(values).size, values.length);
  for (const value of values) assert.match(value, /^[a-z0-9-]{16,}$/);
});

test('secrets that cannot be read are an error that names the file and the way out', () => {
  writeFileSync(file, '{"postgres":');
  assert.throws(
    () => localSecrets(folder),
    (error: Error) => error.message.startsWith(`${file} cannot be read: `),
  );
  assert.throws(() => localSecrets(folder), /Repair it, or delete .* to start afresh\.$/);
});

test('a write that fails leaves the file that was there', () => {
  writeFileSync(file, 'before');
  assert.throws(() => writeWhole(`${folder}missing/secrets.json`, 'after'));
  assert.equal(readFileSync(file, 'utf8'), 'before');
  writeWhole(file, 'after', 0o600);
  assert.equal(readFileSync(file, 'utf8'), 'after');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});
