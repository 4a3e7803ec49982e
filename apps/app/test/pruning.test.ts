import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '@scale-up/database';
import { createTestDatabase } from '@scale-up/testing';
import { pruneAll } from '../src/pruning.ts';

test('outcomes older than 48 h are forgotten in batches, younger ones stay, and what somebody uses is left without waiting', async () => {
  const made = await createTestDatabase('migrated');
  const limits = { statement: 5_000, idleInTransaction: 0 };
  const database = openDatabase({ url: made.ownerUrl, poolSize: 2, applicationName: 'test', limits });
  await database.script(
    `INSERT INTO outcomes (id, fingerprint, answer, created_at)
     SELECT sha256(n::text::bytea), 'x', 'y', now() - make_interval(hours => CASE WHEN n <= 1200 THEN 49 ELSE 47 END)
     FROM generate_series(1, 1210) n`,
  );
  const count = async () => Number((await database.script('SELECT count(*) AS n FROM outcomes'))[0]?.['n']);
  const never = new AbortController().signal;
  await database.transaction(async (queries) => {
    await queries.script(`SELECT FROM outcomes WHERE id = sha256('7'::bytea) FOR UPDATE`);
    const begun = performance.now();
    assert.equal(await pruneAll(database, never), 1_199);
    assert.ok(performance.now() - begun < 4_000, 'it waited for the row');
    assert.equal(await count(), 11);
  });
  assert.equal(await pruneAll(database, never), 1);
  assert.equal(await count(), 10);
  await database.close();
  await made.drop();
});
