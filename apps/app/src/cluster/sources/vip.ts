import { networkInterfaces } from 'node:os';

/**
 * Whether this server holds the VIP: its holder has it on an interface that others reach. (Every load balancer has it on loopback as well: role keepalived,
 * hand-over.nft.)
 */
export const hasAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((entries) =>
    entries?.some((entry) => !entry.internal && entry.address === address),
  );

/** Where whoever holds the VIP says its name to the site's servers (role haproxy, edge_http). */
export const holderPath = '/holder';
export const holderPort = 80;
