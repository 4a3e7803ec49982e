import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { ServersSite } from '../servers/servers-site.ts';
import { atVip } from './support/at-vip.ts';
import { openPorts } from './support/ports.ts';
import { isSkipped, TestServers } from './support/test-servers.ts';

suite('separate tiers', { skip: isSkipped }, () => {
  const own = new TestServers('separate-tiers');
  let site: ServersSite;
  before(() => own.up());
  after(() => own.down());

  test('bare servers become the site’s, and a deploy makes them serve', async () => {
    await own.done('provision');
    await own.done('deploy', '--seed');
    site = new ServersSite(own.file);
    const { hasVip } = (await site.status()).servers['lb-1'] as { hasVip: boolean };
    assert.equal(hasVip || site.inventory.groups.loadbalancers.length === 2, true);
  });

  test('every operation of the contract does at the VIP what the contract says', () =>
    atVip(own, site, 'app', 'every-operation'));

  test('a tier is reached from the tier before it, and from no other', async () => {
    const { servers } = site.inventory;
    const reachable = async (from: string, to: string, port: number): Promise<boolean> => {
      const { output } = await site.lab.exec(from, openPorts(servers[to]?.address ?? '', [port]));
      return output.trim() === String(port);
    };
    for (const [from, to, port, isOpen] of [
      ['lb-1', 'web-1', 8080, true],
      ['lb-1', 'app-1', 8090, false],
      ['lb-1', 'db-1', 5432, false],
      ['web-1', 'app-1', 8090, true],
      ['web-1', 'db-1', 5432, false],
      ['web-1', 'app-1', 6379, false],
      ['app-1', 'db-1', 5432, true],
      ['db-1', 'app-1', 8090, false],
      ['app-1', 'web-1', 8080, false],
    ] as const) {
      assert.equal(await reachable(from, to, port), isOpen, `${from} → ${to}:${port}`);
    }
  });
});
