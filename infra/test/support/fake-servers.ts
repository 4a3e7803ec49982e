import type { Inventory } from '../../inventory/schema.ts';
import { type Servers, serversOf } from '../../verbs/support/servers.ts';

/**
 * Servers that are folders of this machine; see fake-ssh.ts.
 * @param folder holds one folder a server
 */
export const fakeServers = (folder: string, names: readonly string[]): Servers => {
  const inventory = {
    file: 'fake.yml',
    servers: Object.fromEntries(names.map((name) => [name, { address: name, ssh: { user: 'root', port: 22 } }])),
  };
  const fakeSsh = new URL('fake-ssh.ts', import.meta.url).pathname;
  const prefix = ['env', `SERVERS=${folder}`, process.execPath, fakeSsh];
  return serversOf(inventory as unknown as Inventory, { id: 'fake', prefix });
};
