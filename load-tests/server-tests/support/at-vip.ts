import assert from 'node:assert/strict';
import { edgeAuthorityFile } from '@scale-up/infra/inventory/secrets.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import { siteVariable } from '@scale-up/testing';
import type { ServersSite } from '../../servers/servers-site.ts';
import type { TestServers } from './test-servers.ts';

/**
 * Runs a test file of another project against the VIP, from where clients are.
 * @param project a folder of apps/
 * @param file without its folder and what follows its name
 */
export const atVip = async (own: TestServers, site: ServersSite, project: string, file: string): Promise<void> => {
  const { demo_password: adminPassword } = await own.secrets();
  const given = { url: `https://${site.inventory.vip.address}`, adminEmail: 'admin@example.com', adminPassword };
  // That the other runner is started by a test, and who reports on this one, is not its business.
  const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _options, ...env } = process.env;
  const args = [...site.hands.prefix.slice(1), process.execPath, '--test', `test/${file}.test.ts`];
  const { code, output } = await runToEnd(
    { command: site.hands.prefix[0] ?? '', args },
    {
      cwd: `${root}apps/${project}`,
      env: {
        ...env,
        [siteVariable]: JSON.stringify(given),
        NODE_EXTRA_CA_CERTS: edgeAuthorityFile(site.inventory),
      },
    },
  );
  assert.equal(code, 0, output.slice(-5_000));
};
