import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, startService, testCluster } from '@scale-up/testing';
import { appEnv, entry } from './support/app-process.ts';
import { clientOf } from './support/client.ts';
import { Relay } from './support/relay.ts';

test('no password, token or secret is in the log, whatever goes wrong and however much is logged', async () => {
  const database = await createTestDatabase('migrated');
  const relay = new Relay(database.appUrl);
  await relay.start();
  const env = { ...appEnv(relay.through(database.appUrl)), LOG_LEVEL: 'trace', HOLD_LIMIT_MS: '200' };
  const app = await startService({ entry, env });
  const [first, second, wrong] = ['first-password-1', 'second-password-2', 'wrong-password-3'];
  const user = { username: 'anna', email: 'anna@example.com', password: first };
  const nobody = clientOf(app.url);
  const { user: before } = await nobody.call('register', { body: { user } });
  const anna = clientOf(app.url, before.token);
  const login = (password: string) => nobody.attempt('login', { body: { user: { ...user, password } } });
  const { user: after } = await anna.call('changeUser', { body: { user: { password: second } } });
  const again = clientOf(app.url, after.token);
  await anna.refused(401, 'currentUser');
  await nobody.refused(409, 'register', { body: { user } });
  await login(wrong);
  await login('short\0');
  const spoilt = `{"user":{"password":"${wrong}","email":"\\u0000"`;
  for (const body of [spoilt, `${spoilt}}}`, `[${spoilt}}}]`]) {
    await again.send('POST', '/users', { body });
    await again.send('PUT', '/user', { body, headers: { 'content-type': 'application/json' } });
  }
  await again.send('GET', '/user', { headers: { authorization: `Basic ${wrong}` } });
  await relay.stop();
  await again.attempt('currentUser');
  await again.attempt('changeUser', { body: { user: { password: first } } });
  await login(second);
  await fetch(`${app.opsUrl}/readyz?verbose`);
  await app.stop();

  const printed = JSON.stringify(app.logs()) + app.stderr();
  assert.match(printed, /"path":"\/api\/users\/login"/, 'there is a log');
  const { secrets } = testCluster();
  for (const secret of [first, second, wrong, before.token, after.token, ...Object.values(secrets), 'argon2']) {
    assert.ok(!printed.includes(secret), `${secret} is in the log`);
  }
  await database.drop();
});
