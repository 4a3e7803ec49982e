import { type Group, groupNames, type WrittenInventory } from './schema.ts';

const asNumber = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

const networkOf = (address: string, prefix: number): number => Math.floor(asNumber(address) / 2 ** (32 - prefix));

const duplicates = (words: readonly string[]): string[] => [
  ...new Set(words.filter((word, index) => words.indexOf(word) !== index)),
];

/** How many servers a group can have, and why not another number. */
const sizes: Partial<Record<Group, { readonly right: (count: number) => boolean; readonly reason: string }>> = {
  loadbalancers: {
    right: (count) => count === 2 || count === 3,
    reason: 'needs 2 or 3 servers: one has nobody to hand the VIP over to, more only wait',
  },
  database: {
    right: (count) => count === 1 || count === 3,
    reason: 'needs 1 or 3 servers: they are the members of etcd, and of two neither may decide alone',
  },
  cache: {
    right: (count) => count === 1 || count === 3,
    reason: 'needs 1 or 3 servers: each runs a Sentinel, and of two neither may decide alone',
  },
};

/**
 * What no single value shows: that the parts of an inventory fit together.
 * @returns a sentence for every fault
 */
export const senseFaults = ({ vip, tls, servers, groups, observability, backup }: WrittenInventory): string[] => [
  ...groupFaults(groups, Object.keys(servers)),
  ...memberFaults('observability.servers', observability?.servers ?? [], Object.keys(servers)),
  ...idleFaults([...Object.values(groups), observability?.servers ?? []], Object.keys(servers)),
  ...addressFaults(servers, vip, groups.loadbalancers),
  ...certificateFaults(tls),
  ...(backup ? backupFaults(backup) : []),
];

const memberFaults = (path: string, members: readonly string[], servers: readonly string[]): string[] => [
  ...members
    .filter((member) => !servers.includes(member))
    .map((member) => `${path}: there is no server "${member}"; servers are ${servers.join(', ')}`),
  ...duplicates(members).map((member) => `${path}: "${member}" stands twice`),
];

const groupFaults = (groups: WrittenInventory['groups'], servers: readonly string[]): string[] =>
  groupNames.flatMap((group) => {
    const members = groups[group];
    const size = sizes[group];
    return [
      ...memberFaults(`groups.${group}`, members, servers),
      ...(size && !size.right(members.length) ? [`groups.${group}: ${size.reason} (${members.length} given)`] : []),
    ];
  });

/** A server that only measures has something to do as well. */
const idleFaults = (lists: readonly (readonly string[])[], servers: readonly string[]): string[] =>
  servers
    .filter((server) => !lists.some((members) => members.includes(server)))
    .map((server) => `servers.${server}: is in no group; put it into one, or take it out`);

const addressFaults = (
  servers: WrittenInventory['servers'],
  vip: WrittenInventory['vip'],
  loadBalancers: readonly string[],
): string[] => {
  const entries = Object.entries(servers);
  const twice = duplicates(entries.map(([, { address }]) => address)).map((address) => {
    const names = entries.filter(([, server]) => server.address === address).map(([name]) => name);
    return `servers: ${names.join(' and ')} have the same address ${address}`;
  });
  const isVip = entries
    .filter(([, { address }]) => address === vip.address)
    .map(([name]) => `vip.address: ${vip.address} is the address of ${name}; the VIP is an address of its own`);
  // Only who may hold the VIP must sit in its network; other servers may be anywhere that is reached.
  const elsewhere = loadBalancers.flatMap((name) => {
    const address = servers[name]?.address;
    if (!address || networkOf(address, vip.prefix) === networkOf(vip.address, vip.prefix)) return [];
    return [`vip.address: ${vip.address}/${vip.prefix} is not in the network of load balancer ${name} (${address})`];
  });
  const inNetwork = asNumber(vip.address) % 2 ** (32 - vip.prefix);
  const isEdge = inNetwork === 0 || inNetwork === 2 ** (32 - vip.prefix) - 1;
  const reserved = isEdge
    ? [
        `vip.address: ${vip.address} is the first or last address of its /${vip.prefix} network, which no server can have`,
      ]
    : [];
  return [...twice, ...isVip, ...elsewhere, ...reserved];
};

const certificateFaults = (tls: WrittenInventory['tls']): string[] => {
  const files = ['certificate_file', 'key_file'] as const;
  return tls.certificate === 'files'
    ? files.filter((key) => tls[key] === undefined).map((key) => `tls.${key} is missing: tls.certificate is "files"`)
    : files
        .filter((key) => tls[key] !== undefined)
        .map((key) => `tls.${key}: is only read when tls.certificate is "files"`);
};

/** A repository in two places would need two passes and two retentions, and which one a restore takes would be a question. */
const backupFaults = (backup: NonNullable<WrittenInventory['backup']>): string[] => {
  const named = (['folder', 'sftp', 's3'] as const).filter((place) => backup[place] !== undefined);
  if (named.length === 1) return [];
  return [`backup: names ${named.join(' and ') || 'no place'}; it must be one of folder, sftp and s3`];
};
