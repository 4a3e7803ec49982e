import { groupsOf } from './read.ts';
import { groupNames, type Inventory } from './schema.ts';

/** How many processes of each kind a server runs. */
export type Instances = { readonly web: number; readonly app: number };

/**
 * An inventory as Ansible reads it (`hosts.json`): its groups, and what roles know of the whole.
 * @param instancesOf of each server
 */
export const hostsOf = (inventory: Inventory, instancesOf: (server: string) => Instances): object => {
  const { name, site, vip, tls, servers, groups, observability, tracing, settings, backup } = inventory;
  const entries = Object.entries(servers);
  const known = entries.map(([server, { address }]) => [
    server,
    { address, groups: groupsOf(inventory, server), instances: instancesOf(server) },
  ]);
  const host = (server: string, { address, ssh }: Inventory['servers'][string]): object => ({
    ansible_host: address,
    ansible_port: ssh.port,
    ansible_user: ssh.user,
    ansible_become: ssh.user !== 'root',
    // Debian's own; to search for it is a connection more.
    ansible_python_interpreter: '/usr/bin/python3',
    // As connectionOptions says; Mitogen's own are before them, and would notice a lost server after five minutes.
    mitogen_ssh_keepalive_interval: 2,
    mitogen_ssh_keepalive_count: 2,
    mitogen_ssh_compression: false,
    address,
    server_name: server,
    instances: instancesOf(server),
  });
  const members = (names: readonly string[]): object => ({
    hosts: Object.fromEntries(names.map((server) => [server, {}])),
  });
  return {
    all: {
      hosts: Object.fromEntries(entries.map(([server, itself]) => [server, host(server, itself)])),
      vars: {
        inventory_name: name,
        site,
        vip,
        tls,
        observability,
        tracing: tracing ?? null,
        settings,
        // Absent where there are no backups: the roles ask whether it is defined.
        ...(backup && { backup }),
        servers: Object.fromEntries(known),
      },
      children: {
        ...Object.fromEntries(groupNames.map((group) => [group, members(groups[group])])),
        observability: members(observability.servers),
      },
    },
  };
};
