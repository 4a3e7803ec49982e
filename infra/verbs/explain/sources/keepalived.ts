import type { Source } from './rules.ts';

/** Of keepalived: who holds the VIP. */
export const keepalived: Source = {
  isOf: ({ unit, identifier }) => /^keepalived\.service$/.test(unit) && identifier !== 'systemd',
  who: () => 'keepalived',
  rules: [
    [/Entering MASTER STATE/, (_match, { server }) => ({ what: 'takes the VIP', fact: { type: 'vip-taken', server } })],
    [/Entering BACKUP STATE \(init\)/, () => 'waits for the VIP'],
    [/Entering BACKUP STATE/, () => 'leaves the VIP to another'],
    [/Entering FAULT STATE/, () => 'cannot hold the VIP'],
    [
      /^told (\d+) clients of a balancer that is lost/,
      ([, count]) => `tells ${count} clients of the former holder that it is lost`,
    ],
    [/VRRP_Script\(haproxy\) failed/, () => 'finds that HAProxy does not answer'],
    [/VRRP_Script\(haproxy\) succeeded/, () => 'finds that HAProxy answers'],
    [/Netlink reports (\S+) (up|down)/, ([, card, state]) => `the network card ${card} is ${state}`],
  ],
};
