import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { ServersSite } from '../servers/servers-site.ts';
import { atVip } from './support/at-vip.ts';
import { control, planted, searches } from './support/leaks.ts';
import { listening, openPorts } from './support/ports.ts';
import { TestServers, whyNoServers } from './support/test-servers.ts';

// From bare servers to a site of which anything may die; each test finds the site as the one before it left it.
suite('three servers', { skip: whyNoServers }, () => {
  const own = new TestServers('three-servers');
  let site: ServersSite;
  before(() => own.up());
  after(() => own.down());

  test('bare servers become the site’s', async () => {
    const said = await own.done('provision');
    for (const server of ['s1', 's2', 's3']) assert.match(said, new RegExp(`${server} \\d+ changed`));
  });

  test('provisioning again changes nothing', async () => {
    assert.match(await own.done('provision'), /^Provisioned: s1 unchanged · s2 unchanged · s3 unchanged$/m);
  });

  test('a site without a release says so, with what to do about it', async () => {
    const { code, output } = await own.verb('status');
    assert.equal(code, 1);
    assert.match(output, /no release runs\n\s+→ npx nx deploy infra/);
  });

  test('the first deploy brings the release to every server, and all is well', async () => {
    await own.done('deploy', '--seed');
    site = new ServersSite(own.file);
    await site.untilWhole(30);
    assert.match(await own.done('status'), /Everything is as it should be/);
  });

  test('every operation of the contract does at the VIP what the contract says', () =>
    atVip(own, site, 'app', 'every-operation'));

  test('a visitor with a browser fills a basket at the VIP, registers, orders and cancels', () =>
    atVip(own, site, 'site', 'orders'));

  test('no secret is in a log, in the list of processes, or in a file that everybody may read', async () => {
    const secrets = await own.secrets();
    assert.equal((await site.servers.demand('s1', control(secrets))).trim(), '/etc/scale-up/app.env');
    assert.equal((await site.servers.demand('s1', planted(secrets))).trim(), '/tmp/planted');
    for (const server of site.servers.names) {
      for (const [place, search] of Object.entries(searches)) {
        assert.equal(await site.servers.demand(server, search(secrets)), '', `${server}: ${place}`);
      }
    }
  });

  test('from outside, nothing is open but 80, 443 and SSH', async () => {
    for (const [server, { address }] of Object.entries(site.inventory.servers)) {
      const ports = (await site.servers.demand(server, listening)).trim().split('\n').map(Number);
      assert.ok(ports.length > 8, `${server} listens on ${ports.join(', ')}`);
      const { output } = await site.lab.inside(openPorts(address, ports));
      assert.deepEqual(
        output
          .split('\n')
          .map(Number)
          .toSorted((a, b) => a - b),
        [22, 80, 443],
        server,
      );
    }
  });
});
