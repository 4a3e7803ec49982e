import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite, test } from 'node:test';
import { startTestRedis } from '@scale-up/testing';
import { openCacheMembers } from '../src/index.ts';
import { within } from './within.ts';

suite('the servers of a cache, looked at one by one', () => {
  test('a server says what it is; one that is frozen says nothing in time, one that is killed refuses, and both say it again when they are back', async (t) => {
    const server = await startTestRedis();
    t.after(() => server.stop());
    const { hostname: host, port } = new URL(server.url);
    const members = openCacheMembers([{ host, port: Number(port) }], undefined);
    t.after(() => members.close());
    const look = () => members.look(0, 300);

    const { role, replicas, usedMemory, clients } = await look();
    assert.deepEqual([role, replicas], ['primary', 0]);
    assert.ok(usedMemory > 0 && clients > 0);

    server.signal('SIGSTOP');
    const began = performance.now();
    await assert.rejects(look(), /no answer in time/);
    assert.ok(performance.now() - began < 600);
    server.signal('SIGCONT');
    await within(3_000, 'its word', async () => (await look().catch(() => undefined))?.role === 'primary');

    await server.kill();
    await within(3_000, 'a refusal', async () => {
      const found = await look().catch((error: NodeJS.ErrnoException) => error.code);
      return found === 'ECONNREFUSED';
    });
    await server.restart();
    await within(3_000, 'its return', async () => typeof (await look().catch(() => 'away')) === 'object');
  });

  test('a server that takes a connection and says nothing is given up in time, at the first look too', async (t) => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const members = openCacheMembers([{ host: '127.0.0.1', port }], 'a password');
    t.after(() => members.close());
    for (const _ of [1, 2]) {
      const began = performance.now();
      await assert.rejects(members.look(0, 200));
      assert.ok(performance.now() - began < 500);
    }
  });
});
