import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '@scale-up/config';
import { createTokens } from '../src/tokens.ts';

const claims = { userId: 7, version: 2, role: 'user' };
const secret = new Secret('a secret of more than thirty-two bytes');

test('a token says the same each time that it is read, and nothing once it has expired', async () => {
  const tokens = createTokens(secret, 1 / 3_600);
  const token = await tokens.sign(claims);
  assert.deepEqual([await tokens.read(token), await tokens.read(token)], [claims, claims]);
  // The expiry is in whole seconds.
  await sleep(2_000);
  assert.equal(await tokens.read(token), undefined);
});

test('a token that differs from one that was read in a single character is none', async () => {
  const tokens = createTokens(secret, 1);
  const token = await tokens.sign(claims);
  await tokens.read(token);
  const [head = '', , signature = ''] = token.split('.');
  const others = [
    token.slice(0, -2),
    ` ${token}`,
    `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: '1' })).toString('base64url')}.${signature}`,
    await createTokens(new Secret('another secret of thirty-two bytes'), 1).sign(claims),
  ];
  for (const other of others) assert.equal(await tokens.read(other), undefined, other);
});

test('more tokens than are remembered are all read', async () => {
  const tokens = createTokens(secret, 1);
  const all = await Promise.all(
    Array.from({ length: 5_010 }, (_, userId) => tokens.sign({ ...claims, userId: userId + 1 })),
  );
  for (const round of [1, 2]) {
    for (const [index, token] of all.entries()) {
      assert.equal((await tokens.read(token))?.userId, index + 1, `round ${round}`);
    }
  }
});
