import { readFileSync } from 'node:fs';

/**
 * Which network card this machine sends to when it sends to an address of its own network: Linux's table of neighbours (proc_net(5), "arp").
 * @returns its hardware address, or undefined where there is a router in between, or nobody answers
 */
export const neighbourAt = (address: string, table = readFileSync('/proc/net/arp', 'utf8')): string | undefined => {
  for (const line of table.split('\n')) {
    const [ip, , flags, hardware] = line.trim().split(/\s+/);
    // Flag 2: an answer has come.
    if (ip === address && (Number(flags) & 2) === 2) return hardware;
  }
  return undefined;
};
