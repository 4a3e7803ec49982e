import { setTimeout as sleep } from 'node:timers/promises';
import { apart, bystander, demandRoles, together } from '../../servers/arrange.ts';
import { cutOff } from '../../servers/marks/database.ts';
import { hit, type Strike } from '../../servers/measure.ts';
import { whileLosing } from '../../servers/packets.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import type { Fault } from './fault.ts';

const group = 'network';

/** While some packets that come to the servers are lost. */
const withLoss = (site: ServersSite, which: string, seconds: number): Promise<Strike> =>
  whileLosing(site, which, () => hit(() => sleep(seconds * 1_000)));

const lossy = (percent: number, seconds: number): Fault => ({
  name: `loss-${percent}`,
  group,
  what: `${percent} % of all packets lost for ${seconds} s`,
  limits: { failed: 'none', stall: 3 },
  strike: (site) => withLoss(site, `numgen random mod 100 < ${percent}`, seconds),
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
    const moment = await hit(() => site.hands.cut(from, to, { isOneWay }));
    return { ...moment, aim: `${from} and ${to}`, mend: () => site.hands.heal(from) };
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

/**
 * The server that holds every role reaches no other one, and clients still reach it: it goes on in the belief that it is the site, and so do the others. Who is beyond
 * the cut may be refused; what was acknowledged there must be found later, and so must what was acknowledged here.
 */
const alone = (way: 'both' | 'out' | 'in', words: string): Fault => ({
  name: `alone-${way}`,
  group,
  what: `the server that holds every role ${words}, while clients reach all`,
  limits: {},
  endure: 40,
  arrange: together,
  strike: cutOff(way),
});

/** What happens to the network between the servers, beyond a lost server. */
export const networkFaults: readonly Fault[] = [
  pair('cut-holder-primary', 'VIP holder and primary do not reach each other', false, holderAndPrimary),
  pair('cut-holder-primary-one-way', 'the primary does not hear the VIP holder', true, holderAndPrimary),
  pair('cut-primary-standby', 'the primary and a standby do not reach each other', false, primaryAndStandby),
  pair('cut-primary-standby-one-way', 'a standby does not hear the primary', true, primaryAndStandby),
  alone('both', 'and the others do not reach each other'),
  alone('out', 'is not heard by the others'),
  alone('in', 'does not hear the others'),
  {
    name: 'vrrp-cut',
    group,
    what: 'the balancers do not hear each other’s VRRP for 10 s',
    limits: { stall: 1, failed: 'in flight' },
    strike: (site) => withLoss(site, 'ip protocol vrrp', 10),
  },
  lossy(1, 60),
  lossy(5, 60),
];
