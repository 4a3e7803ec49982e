import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase } from '@scale-up/testing';
import { migrator, sql } from './migrator.ts';

const database = await createTestDatabase('demo');
after(() => database.drop());

const grantAdmin = (...args: string[]) =>
  migrator(['grant-admin', ...args], { MIGRATION_DATABASE_URL: database.ownerUrl });

const admins = async (): Promise<unknown[]> => {
  const rows = await sql(database.ownerUrl, `SELECT username FROM users WHERE role = 'admin' ORDER BY 1`);
  return rows.map(({ username }) => username);
};

test('an account becomes an admin by its e-mail address, however that is written', async () => {
  const run = await grantAdmin('Reader@Example.COM');
  assert.deepEqual(run, { code: 0, stdout: 'ines is an admin\n', stderr: '' });
  assert.deepEqual(await admins(), ['harbourmaster', 'ines']);
});

test('granting it again succeeds and changes nothing', async () => {
  const run = await grantAdmin('reader@example.com');
  assert.deepEqual(run, { code: 0, stdout: 'ines is an admin\n', stderr: '' });
  assert.deepEqual(await admins(), ['harbourmaster', 'ines']);
});

test('an unknown address is refused with a sentence and exit code 1', async () => {
  const run = await grantAdmin('nobody@example.com');
  assert.deepEqual(run, {
    code: 1,
    stdout: '',
    stderr: 'db-migrator: There is no account with the e-mail address nobody@example.com. Register it first.\n',
  });
  assert.deepEqual(await admins(), ['harbourmaster', 'ines']);
});

test('an address is data, never SQL', async () => {
  const { code } = await grantAdmin(`x' OR role = 'customer`);
  assert.equal(code, 1);
  assert.deepEqual(await admins(), ['harbourmaster', 'ines']);
});
