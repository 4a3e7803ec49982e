import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, suite, test } from 'node:test';
import type { ClusterAnswer, ClusterPicture } from '@scale-up/contract';
import { openDatabase } from '@scale-up/database';
import { createTestDatabase, type ServiceProcess, startService, type TestDatabase } from '@scale-up/testing';
import { appEnv, entry, freePort, within } from '../support/app-process.ts';
import { clientOf, problemOf, send } from '../support/client.ts';
import { RecordedPort, recordings } from '../support/recorded-servers.ts';
import { Relay } from '../support/relay.ts';
import { openStream } from '../support/stream.ts';

const ready = JSON.stringify({ status: 'ready', release: 'abc' });

/** What each kind of part says at its port. Patroni speaks TLS, and is tried in a lab only. */
const answers = {
  router: { '/stats;csv': recordings.table },
  web: { '/readyz': ready },
  app: { '/readyz': ready },
  etcd: { '/health': '{"health":"true","reason":""}' },
};

suite('the cluster', () => {
  let database: TestDatabase;
  let app: ServiceProcess;
  let other: ServiceProcess;
  let otherEnv: NodeJS.ProcessEnv;
  const ports: RecordedPort[] = [];
  let relay: Relay;
  let admin: string;
  let customer: string;

  const setRole = async (name: string, role: string): Promise<void> => {
    const owner = openDatabase({ url: database.ownerUrl, poolSize: 1, applicationName: 'test' });
    await owner.script(`UPDATE users SET role = '${role}' WHERE username = '${name}'`);
    await owner.close();
  };
  const login = async (email: string): Promise<string> => {
    const user = { email, password: 'correct horse' };
    return (await clientOf(app.url).call('login', { body: { user } })).user.token;
  };
  const register = async (username: string): Promise<void> => {
    const user = { username, email: `${username}@example.com`, password: 'correct horse' };
    await clientOf(app.url).call('register', { body: { user } });
  };

  before(async () => {
    database = await createTestDatabase('migrated');
    relay = new Relay(database.appUrl);
    await relay.start();
    const parts: string[] = [];
    for (const [kind, said] of Object.entries(answers)) {
      const port = new RecordedPort(said);
      ports.push(port);
      parts.push(`s2/${kind}${kind === 'web' || kind === 'app' ? '-1' : ''}=127.0.0.1:${await port.start()}`);
    }
    const [ops, otherOps] = [String(await freePort()), String(await freePort())];
    const map = [`s1/app-1=127.0.0.1:${ops}`, `s3/app-1=127.0.0.1:${otherOps}`, ...parts].join(',');
    const env = { ...appEnv(relay.through(database.appUrl)), CLUSTER_MAP: map, RELEASE: 'one' };
    otherEnv = { ...env, APP_OPS_PORT: otherOps };
    app = await startService({ entry, env: { ...env, APP_OPS_PORT: ops } });
    other = await startService({ entry, env: otherEnv });
    await register('anna');
    await register('carl');
    await setRole('anna', 'admin');
    [admin, customer] = [await login('anna@example.com'), await login('carl@example.com')];
  });
  after(async () => {
    for (const port of ports) port.stop();
    await app.stop();
    await other.stop();
    await relay.stop();
    await database.drop();
  });

  const ask = async (): Promise<ClusterAnswer> => clientOf(app.url, admin).call('cluster', {});
  const stateOf = (picture: ClusterPicture, name: string) => picture.servers.find((each) => each.name === name)?.state;

  test('is shown to admins alone, as an answer and as a stream', async () => {
    for (const path of ['/cluster', '/cluster/events']) {
      problemOf(await send(app.url, 'GET', path), 401);
      problemOf(await send(app.url, 'GET', path, { token: 'garbage' }), 401);
      assert.deepEqual(problemOf(await send(app.url, 'GET', path, { token: customer }), 403), {
        role: ['must be admin'],
      });
    }
    // The first look may have met an instance that was starting.
    let { cluster } = await ask();
    for (const end = performance.now() + 3_000; performance.now() < end && stateOf(cluster, 's3') !== 'up';) {
      await sleep(100);
      ({ cluster } = await ask());
    }
    assert.equal(cluster.observer, 's1/app-1');
    assert.deepEqual(
      cluster.servers.map(({ name, state }) => [name, state]),
      [
        ['s1', 'up'],
        ['s3', 'up'],
        ['s2', 'up'],
      ],
    );
  });

  test('comes as a stream, again and again, with signs of life in between, and ends before anybody who drains is tired of it', async () => {
    const began = performance.now();
    const stream = await openStream(app.url, admin);
    assert.match(stream.headers['content-type'] ?? '', /^text\/event-stream/);
    assert.equal(stream.headers['cache-control'], 'no-store');
    await stream.ended;
    const took = performance.now() - began;
    assert.ok(took > 9_000 && took < 12_000, `${took} ms`);
    assert.ok(stream.pictures.length >= 8, `${stream.pictures.length} pictures`);
    assert.ok(stream.events.length >= 1);
    assert.equal(stream.retry, 100);
    assert.ok(stream.longestSilence < 1_400, `${stream.longestSilence} ms without a word`);
  });

  test('a server that falls silent is shown as lost within 2 s, and what happened is told, also by another instance', async () => {
    const stream = await openStream(app.url, admin);
    await within(5, 'the first picture', async () => stream.pictures.length > 1);
    const began = performance.now();
    for (const port of ports) port.isSilent = true;
    await within(5, 'the loss', async () => stateOf(stream.pictures.at(-1)!, 's2') === 'lost');
    const took = performance.now() - began;
    assert.ok(took < 2_000, `shown after ${took} ms`);
    for (const port of ports) port.isSilent = false;
    await within(5, 'its return', async () => stateOf(stream.pictures.at(-1)!, 's2') === 'up');
    await within(5, 'the events', async () => stream.events.at(-1)?.[0]?.became === 'back');
    assert.deepEqual(
      stream.events.at(-1)?.flatMap(({ about, text }) => (about === 's2' ? [text] : [])),
      ['s2 is back.', 's2 is lost: nothing on it answers.'],
    );
    stream.close();
    await within(3, 'the same list at another instance', async () => {
      const { events } = await clientOf(other.url, admin).call('cluster', {});
      return events.some(({ about, became }) => about === 's2' && became === 'lost');
    });
  });

  test('an instance that starts anew is told what it has missed', async () => {
    assert.equal((await other.stop()).code, 0);
    await within(5, 'its absence', async () => stateOf((await ask()).cluster, 's3') !== 'up');
    other = await startService({ entry, env: otherEnv });
    const told = async () => (await clientOf(other.url, admin).call('cluster', {})).events;
    await within(3, 'what it has missed', async () => {
      const events = await told();
      return ['s2', 's3/app-1'].every((lost) => events.some(({ about, tone }) => about === lost && tone === 'bad'));
    });
  });

  test('is there without the database, for whom the token calls an admin, and for nobody else', async (t) => {
    await relay.stop();
    t.after(() => relay.start());
    const began = performance.now();
    const { cluster } = await ask();
    assert.ok(performance.now() - began < 1_500);
    assert.equal(stateOf(cluster, 's2'), 'up');
    problemOf(await send(app.url, 'GET', '/cluster', { token: customer }), 403);
    problemOf(await send(app.url, 'GET', '/cluster/events', { token: customer }), 403);
    const stream = await openStream(app.url, admin);
    await within(3, 'a picture', async () => stream.pictures.length > 0);
    await within(5, 'the word that the database is away', async () => {
      const own = stream.pictures.at(-1)?.servers[0]?.parts.find(({ kind }) => kind === 'database');
      return own?.state === 'down';
    });
    stream.close();
  });

  test('who is admin no more is refused as soon as the database can say so', async () => {
    await setRole('anna', 'customer');
    await within(
      5,
      'the refusal',
      async () => (await send(app.url, 'GET', '/cluster', { token: admin })).status === 403,
    );
    await setRole('anna', 'admin');
    assert.equal((await send(app.url, 'GET', '/cluster', { token: admin })).status, 200);
  });

  test('too many watchers are asked to come later, and places are free again when they leave', async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => openStream(app.url, admin)));
    const refused = await send(app.url, 'GET', '/cluster/events', { token: admin });
    problemOf(refused, 503);
    assert.equal(refused.headers.get('retry-after'), '5');
    assert.equal(refused.headers.get('x-hold'), 'full');
    streams[0]?.close();
    await within(2, 'a free place', async () => {
      const stream = await openStream(app.url, admin);
      stream.close();
      return stream.status === 200;
    });
    for (const stream of streams) stream.close();
  });

  test('an instance that stops ends its streams at once', async () => {
    const stream = await openStream(app.url, admin);
    await within(3, 'a picture', async () => stream.pictures.length > 0);
    const began = performance.now();
    app.signal('SIGTERM');
    await stream.ended;
    assert.ok(performance.now() - began < 1_000);
    const { code } = await app.exited;
    assert.equal(code, 0);
    assert.ok(performance.now() - began < 3_000);
  });
});
