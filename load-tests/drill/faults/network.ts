import { setTimeout as sleep } from 'node:timers/promises';
import { apart, bystander, demandRoles } from '../../servers/arrange.ts';
import { hit, type Strike } from '../../servers/measure.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import type { Fault } from './fault.ts';

const group = 'network';

/** A table of the lab's bridge, beside that of its cuts. */
const table = 'drill';

const rules = (rule: string): string =>
  `add table bridge ${table}
add chain bridge ${table} forward { type filter hook forward priority 10; policy accept; }
add rule bridge ${table} forward ${rule}`;

/** While something is done to every packet that passes between the servers. */
const withRule = async (site: ServersSite, rule: string, seconds: number): Promise<Strike> => {
  const shell = (text: string): Promise<unknown> => site.lab.inside(['sh', '-c', text]);
  return hit(async () => {
    await shell(`nft -f - <<'EOF'\n${rules(rule)}\nEOF`);
    try {
      await sleep(seconds * 1_000);
    } finally {
      await shell(`nft delete table bridge ${table}`);
    }
  });
};

const lossy = (percent: number, seconds: number): Fault => ({
  name: `loss-${percent}`,
  group,
  what: `${percent} % of all packets lost for ${seconds} s`,
  limits: { failed: 'none', stall: 3 },
  strike: (site) => withRule(site, `numgen random mod 100 < ${percent} drop`, seconds),
});

/** Two servers that do not reach each other, while both reach the third and the clients. */
const pair = (
  name: string,
  what: string,
  isOneWay: boolean,
  ends: (site: ServersSite) => Promise<readonly [string, string]>,
): Fault => ({
  name,
  group,
  what,
  // The tiers meet over the third server.
  limits: { stall: 1, failed: 'none' },
  arrange: apart,
  strike: async (site) => {
    const [from, to] = await ends(site);
    const moment = await hit(() => site.lab.cut(from, to, { isOneWay }));
    return { ...moment, aim: `${from} and ${to}`, mend: () => site.lab.heal(from) };
  },
});

const holderAndPrimary = async (site: ServersSite): Promise<readonly [string, string]> => {
  const { holder, primary } = await demandRoles(site);
  return [holder, primary];
};

const primaryAndStandby = async (site: ServersSite): Promise<readonly [string, string]> => {
  const roles = await demandRoles(site);
  return [roles.primary, bystander(site, roles)];
};

/** What happens to the network between the servers, beyond a lost server. */
export const networkFaults: readonly Fault[] = [
  pair('cut-holder-primary', 'VIP holder and primary do not reach each other', false, holderAndPrimary),
  pair('cut-holder-primary-one-way', 'the primary does not hear the VIP holder', true, holderAndPrimary),
  pair('cut-primary-standby', 'the primary and a standby do not reach each other', false, primaryAndStandby),
  pair('cut-primary-standby-one-way', 'a standby does not hear the primary', true, primaryAndStandby),
  {
    name: 'vrrp-cut',
    group,
    what: 'the balancers do not hear each other’s VRRP for 10 s',
    limits: { stall: 1, failed: 'in flight' },
    strike: (site) => withRule(site, 'ip protocol vrrp drop', 10),
  },
  lossy(1, 60),
  lossy(5, 60),
];
