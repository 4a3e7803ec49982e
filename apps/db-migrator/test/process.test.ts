import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createTestDatabase, testCluster } from '@scale-up/testing';
import { migrator } from './migrator.ts';

const database = await createTestDatabase('empty');
after(() => database.drop());

const { secrets } = testCluster();

test('without MIGRATION_DATABASE_URL it ends with 78 and names the variable', async () => {
  const { code, stdout, stderr } = await migrator(['up']);
  assert.deepEqual({ code, stdout }, { code: 78, stdout: '' });
  assert.match(stderr, /^db-migrator: the configuration has a fault:\n {2}MIGRATION_DATABASE_URL is missing: /);
});

test('--help shows the usage without any configuration', async () => {
  const { code, stdout, stderr } = await migrator(['--help']);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, /^usage: db-migrator <verb>\n/);
});

for (const args of [
  [],
  ['down'],
  ['toString'],
  ['up', 'extra'],
  ['grant-admin'],
  ['grant-admin', 'a@example.com', 'b@example.com'],
]) {
  test(`"db-migrator ${args.join(' ')}" shows the usage, ends with 64 and touches nothing`, async () => {
    const { code, stdout, stderr } = await migrator(args, { MIGRATION_DATABASE_URL: database.ownerUrl });
    assert.deepEqual({ code, stdout }, { code: 64, stdout: '' });
    assert.match(stderr, /^usage: db-migrator <verb>\n/);
  });
}

const addresses = {
  'nobody listens': { url: 'postgres://role:hidden-word@127.0.0.1:1/scale_up', reason: /ECONNREFUSED/ },
  'the password is wrong': {
    url: database.ownerUrl.replace(secrets.owner, 'hidden-word'),
    reason: /password authentication failed for user "scale_up_owner"/,
  },
  'the database does not exist': {
    url: database.ownerUrl.replace(database.name, 'nowhere'),
    reason: /database "nowhere" does not exist/,
  },
  'the host does not exist': {
    url: 'postgres://role:hidden-word@nowhere.invalid/scale_up',
    reason: /nowhere\.invalid/,
  },
};
for (const [fault, { url, reason }] of Object.entries(addresses)) {
  test(`where ${fault}, it says so in one sentence without a stack or a password, exit code 1`, async () => {
    const { code, stdout, stderr } = await migrator(['up'], { MIGRATION_DATABASE_URL: url });
    assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
    assert.match(stderr, /^db-migrator: The database \S+ cannot be used: .*\.\n$/);
    assert.match(stderr, reason);
    assert.doesNotMatch(stderr, /hidden-word/);
  });
}

test('no password is in any output of any verb', async () => {
  const env = { MIGRATION_DATABASE_URL: database.ownerUrl, DEMO_PASSWORD: 'a hidden word', LOG_LEVEL: 'trace' };
  const seedTooEarly = await migrator(['seed'], env);
  assert.equal(seedTooEarly.code, 1);
  const runs = [seedTooEarly];
  for (const args of [['up'], ['seed'], ['status'], ['grant-admin', 'admin@example.com']]) {
    const run = await migrator(args, env);
    assert.equal(run.code, 0, run.stderr);
    runs.push(run);
  }
  const output = runs.map(({ stdout, stderr }) => stdout + stderr).join('');
  assert.ok(!output.includes(secrets.owner));
  assert.ok(!output.includes('a hidden word'));
});
