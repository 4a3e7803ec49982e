import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestDatabase, spawnService, startService } from '@scale-up/testing';
import { appEnv, entry, freePort, migrate, within } from './support/app-process.ts';
import { clientOf, problemOf, send, tally } from './support/client.ts';
import { Relay } from './support/relay.ts';

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

test('without database and schema app lives and waits, and is ready within 3 s of the schema', async () => {
  const database = await createTestDatabase('empty');
  const relay = new Relay(database.appUrl);
  await relay.start();
  await relay.stop();
  const [port, opsPort] = [await freePort(), await freePort()];
  const env = { ...appEnv(relay.through(database.appUrl)), APP_PORT: String(port), APP_OPS_PORT: String(opsPort) };
  const app = spawnService({ entry, env });
  const [url, opsUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${opsPort}`];
  const reasons = () =>
    app.logs().flatMap((line) => (line.msg === 'waiting for the schema' ? [String(line['reason'])] : []));

  await within(30, 'life', async () => (await statusOf(`${opsUrl}/livez`)) === 200);
  assert.equal(await statusOf(`${opsUrl}/readyz`), 503);
  await within(15, 'the reason', async () => reasons().some((reason) => /ECONNREFUSED/.test(reason)));
  const refused = await send(url, 'GET', '/tags');
  problemOf(refused, 503);
  assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);

  await relay.start();
  await within(3, 'the other reason', async () => reasons().some((reason) => /schema_version/.test(reason)));
  assert.equal(await statusOf(`${opsUrl}/readyz`), 503);
  problemOf(await send(url, 'GET', '/tags'), 503);

  await migrate(database.ownerUrl);
  await within(3, 'readiness', async () => (await statusOf(`${opsUrl}/readyz`)) === 200);
  assert.deepEqual(await clientOf(url).call('tags', {}), { tags: [] });
  app.signal('SIGTERM');
  assert.deepEqual(await app.exited, { code: 0, signal: null });
  await relay.stop();
  await database.drop();
});

test('a process that still waits for its schema ends at once when it is told to', async () => {
  const database = await createTestDatabase('empty');
  const app = spawnService({ entry, env: appEnv(database.appUrl) });
  await within(30, 'waiting', async () => app.logs().some(({ msg }) => msg === 'waiting for the schema'));
  const begun = performance.now();
  app.signal('SIGTERM');
  assert.deepEqual(await app.exited, { code: 0, signal: null });
  assert.ok(performance.now() - begun < 2_000);
  await database.drop();
});

test('missing and wrong variables end the process with exit code 78, all of them named, no secret shown', async () => {
  const bad = { DATABASE_URL: '', TOKEN_SECRET: 'too-short-a-secret', APP_PORT: 'http', TOKEN_LIFETIME_HOURS: '0' };
  const app = spawnService({ entry, env: { ...appEnv(''), ...bad } });
  assert.equal((await app.exited).code, 78);
  for (const name of Object.keys(bad)) assert.match(app.stderr(), new RegExp(`^ {2}${name} (must be|is missing)`, 'm'));
  assert.doesNotMatch(app.stderr(), /too-short-a-secret/);
});

test('a burst of logins in flight is finished when the process is told to end, and the exit code is 0', async () => {
  const database = await createTestDatabase('migrated');
  const limits = { LOGIN_LIMIT_PER_MINUTE: '1000', DRAIN_DELAY_MS: '200' };
  const app = await startService({ entry, env: { ...appEnv(database.appUrl), ...limits } });
  const user = { username: 'anna', email: 'anna@example.com', password: 'correct horse' };
  await clientOf(app.url).call('register', { body: { user } });
  // So that every login has a connection that app has accepted, and is in flight once the first is answered.
  await Promise.all(Array.from({ length: 60 }, () => clientOf(app.url).call('tags', {})));
  let answered = 0;
  const first = Promise.withResolvers<void>();
  const logins = Array.from({ length: 60 }, async () => {
    const reply = await clientOf(app.url).attempt('login', { body: { user } });
    answered += 1;
    first.resolve();
    return reply;
  });
  await first.promise;
  app.signal('SIGTERM');
  const before = answered;
  assert.deepEqual(tally(await Promise.all(logins)), { 200: 60 });
  assert.ok(before < 40, `${before} of 60 were answered before the signal`);
  assert.deepEqual(await app.exited, { code: 0, signal: null });
  assert.deepEqual(
    app.logs().filter(({ level }) => level === 'error' || level === 'fatal'),
    [],
  );
  await database.drop();
});
