import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashPassword, verifyPassword } from '../src/index.ts';

test('a password is accepted for its own hash and for no other', async () => {
  const hash = await hashPassword('correct horse');
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.equal(await verifyPassword('correct horse', hash), true);
  assert.equal(await verifyPassword('correct horsf', hash), false);
});

test('two hashes of one password differ, so equal passwords do not show', async () => {
  assert.notEqual(await hashPassword('same'), await hashPassword('same'));
});

test('the argon2id of the reference implementation is understood', async () => {
  // From the test vectors of the reference implementation (phc-winner-argon2, src/test.c): version 19, t=2, m=2^16, p=1.
  const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  assert.equal(await verifyPassword('password', hash), true);
});

test('an account that does not exist takes as long as one that does, and is refused', async () => {
  const hash = await hashPassword('correct horse');
  const time = async (known: string | undefined): Promise<number> => {
    const start = performance.now();
    assert.equal(await verifyPassword('wrong horse', known), false);
    return performance.now() - start;
  };
  await time(undefined);
  const ratios: number[] = [];
  for (let round = 0; round < 9; round++) ratios.push((await time(undefined)) / (await time(hash)));
  const median = ratios.toSorted((a, b) => a - b)[4] ?? 0;
  assert.ok(median > 0.5 && median < 2, `unknown/known took ${median.toFixed(2)} times as long`);
});

test('a stored hash of another form is an error, not a refused login', async () => {
  await assert.rejects(verifyPassword('x', '$2b$10$abc'), /no argon2id PHC string/);
});
