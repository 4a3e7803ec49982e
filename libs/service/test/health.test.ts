import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, test } from 'node:test';
import { createMetrics, Health, isRefused } from '../src/index.ts';
import { createOpsServer } from '../src/ops.ts';

const start = async (health: Health): Promise<string> => {
  const ops = createOpsServer(health, createMetrics('trial', 'r1'), 'r1').listen(0, '127.0.0.1');
  after(() => ops.close());
  await once(ops, 'listening');
  return `http://127.0.0.1:${(ops.address() as AddressInfo).port}`;
};

test('a process is alive at once, ready when it says so, and not ready again once it drains', async () => {
  const health = new Health();
  const url = await start(health);
  const statuses = async () => [(await fetch(`${url}/livez`)).status, (await fetch(`${url}/readyz`)).status];
  assert.deepEqual(await statuses(), [200, 503]);
  health.ready();
  assert.deepEqual(await statuses(), [200, 200]);
  health.draining();
  health.ready();
  assert.deepEqual(await statuses(), [200, 503]);
});

test('a dependency that is down, throws or hangs is shown within 1.5 s and leaves the process ready', async () => {
  const health = new Health();
  const url = await start(health);
  health.ready();
  health.addDependency('fine', async () => ({ state: 'up' }));
  health.addDependency('broken', async () => {
    throw new Error('refused');
  });
  health.addDependency('hanging', () => new Promise(() => {}));
  const begun = performance.now();
  const response = await fetch(`${url}/readyz?verbose`);
  assert.ok(performance.now() - begun < 1_500);
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    status: 'ready',
    release: 'r1',
    dependencies: {
      fine: { state: 'up' },
      broken: { state: 'down', detail: 'refused' },
      hanging: { state: 'down', detail: 'no answer within 1 s' },
    },
  });
});

test('a process whose own router refuses connections is not even to keep what it has, until the router is back; a silent one refuses nothing', async () => {
  const silent = createServer();
  const router = createServer();
  for (const server of [silent, router]) {
    after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const endpoints = [silent, router].map((server) => ({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  }));
  const health = new Health(() => isRefused(endpoints));
  const url = await start(health);
  const readiness = async () => {
    const answer = await fetch(`${url}/readyz`);
    return [answer.status, ((await answer.json()) as { status: string }).status];
  };
  assert.deepEqual(await readiness(), [503, 'starting']);
  health.ready();
  assert.deepEqual(await readiness(), [200, 'ready']);
  router.close();
  await once(router, 'close');
  assert.deepEqual(await readiness(), [500, 'cut off']);
  router.listen(endpoints[1]?.port, '127.0.0.1');
  await once(router, 'listening');
  assert.deepEqual(await readiness(), [200, 'ready']);
  router.close();
  await once(router, 'close');
  health.draining();
  assert.deepEqual(await readiness(), [503, 'draining']);
});

test('every health answer names the release, also of a process that is not ready', async () => {
  const url = await start(new Health());
  const answers = ['/livez', '/readyz'].map(async (path) => (await fetch(url + path)).json());
  assert.deepEqual(await Promise.all(answers), [
    { status: 'alive', release: 'r1' },
    { status: 'starting', release: 'r1' },
  ]);
});

test('the metrics name the service and its release', async () => {
  const url = await start(new Health());
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.match(text, /service_info\{release="r1",node="v24[^"]*",service="trial"\} 1/);
  assert.equal((await fetch(`${url}/other`)).status, 404);
});
