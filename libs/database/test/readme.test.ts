import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as library from '../src/index.ts';
import { sqlStates } from '../src/verdict.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** `^08` is written 08…, `^57P05$` as it is. */
const written = ({ source }: RegExp): string => source.replace('^', '').replace(/\$?$/, (end) => (end ? '' : '…'));

test('the README’s table of verdicts is the one that decides', () => {
  const rows = readme.matchAll(/^\| `([^`]+)` +\| (away|busy|fault) +\| (.+?) +\|$/gm);
  assert.deepEqual(
    [...rows].map(([, state, verdict, meaning]) => [state, verdict, meaning]),
    sqlStates.map(([pattern, verdict, meaning]) => [written(pattern), verdict, meaning]),
  );
});

test('everything that is exported, and every method of a database, is in the README', async () => {
  const database = library.openDatabase({ url: 'postgres://nowhere', poolSize: 1, applicationName: 'readme' });
  await database.close();
  const names = [...Object.keys(library), ...Object.keys(database)];
  assert.deepEqual(
    names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme)),
    [],
  );
});
