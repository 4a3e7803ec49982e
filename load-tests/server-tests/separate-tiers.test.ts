import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { script } from '@scale-up/infra/verbs/support/ssh.ts';
import { ServersSite } from '../servers/servers-site.ts';
import { atVip } from './support/at-vip.ts';
import { openPorts } from './support/ports.ts';
import { isSkipped, replaced, TestServers } from './support/test-servers.ts';

const withWeb2 = (shipped: string): string =>
  replaced(
    replaced(shipped, '  app-1: { address', '  web-2: { address: 10.78.0.23 }\n  app-1: { address'),
    '  web: [web-1]',
    '  web: [web-1, web-2]',
  );

suite('separate tiers', { skip: isSkipped }, () => {
  const own = new TestServers('separate-tiers');
  let site: ServersSite;
  before(async () => {
    // The lab has one more server than the site begins with.
    own.rewrite(withWeb2);
    await own.up();
    own.rewrite((shipped) => shipped);
  });
  after(() => own.down());

  test('bare servers become the site’s, and a deploy makes them serve', async () => {
    await own.done('provision');
    await own.done('deploy', '--seed');
    site = new ServersSite({ inventory: own.file });
    const { output } = await own.verb('status');
    assert.doesNotMatch(output, /no release|hold the VIP .* at once|nobody/);
  });

  test('every operation of the contract does at the VIP what the contract says', () =>
    atVip(own, site, 'app', 'every-operation'));

  test('a tier is reached from the tier before it, and from no other', async () => {
    const { servers } = site.inventory;
    const reachable = async (from: string, to: string, port: number): Promise<boolean> => {
      const { output } = await site.hands.exec(from, openPorts(servers[to]?.address ?? '', [port]));
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

  test('a server that is added and provisioned by its name serves, and one that is taken out is done without', async () => {
    const balanced = (): Promise<string> =>
      site.servers.demand(
        'lb-1',
        script(`echo 'show servers state web' | socat - /run/haproxy/admin.sock | awk '$6 == 2 { print $4 }'`),
      );
    own.rewrite(withWeb2);
    const said = await own.done('provision', '--limit', 'web-2');
    assert.match(said, /copy web:\S+ from web-1/);
    assert.deepEqual((await balanced()).trim().split('\n'), ['web-1-1', 'web-2-1']);
    own.rewrite((shipped) => shipped);
    await own.done('provision');
    assert.deepEqual((await balanced()).trim().split('\n'), ['web-1-1']);
    await atVip(own, site, 'app', 'every-operation');
  });
});
