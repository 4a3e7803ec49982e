import { apart, demandRoles, disownVip, ownVip } from '../arrange.ts';
import { hit, type Mark } from '../measure.ts';

const handedOver = { stall: 0.2, failed: 'none' } as const;
const holderLost = { stall: 1, failed: 'in flight' } as const;

/** What happens to load balancers. */
export const balancerMarks: readonly Mark[] = [
  {
    name: '1-evacuate',
    what: 'VIP handed over, as evacuate does',
    limits: handedOver,
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      const moment = await hit(() => disownVip(site, holder));
      return { ...moment, mend: () => ownVip(site, holder) };
    },
  },
  {
    name: '1-stop',
    what: 'keepalived stopped on the VIP holder',
    limits: handedOver,
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      const moment = await hit(() => site.on(holder, 'systemctl stop keepalived'));
      return { ...moment, mend: () => site.on(holder, 'systemctl start keepalived') };
    },
  },
  {
    name: '1-reload',
    what: 'HAProxy reloaded on the VIP holder',
    limits: handedOver,
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      return hit(() => site.on(holder, 'systemctl reload haproxy'));
    },
  },
  {
    name: '2',
    what: 'HAProxy killed on the VIP holder',
    limits: { stall: 0.5, failed: 'in flight' },
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      return hit(() => site.on(holder, 'systemctl kill --signal=KILL haproxy.service'));
    },
  },
  {
    name: '3-power',
    what: "VIP holder's server lost: its power",
    limits: holderLost,
    arrange: apart,
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      const moment = await hit(() => site.hands.kill(holder));
      return { ...moment, mend: () => site.hands.boot(holder) };
    },
  },
  {
    name: '3-cable',
    what: "VIP holder's server lost: its network",
    limits: holderLost,
    arrange: apart,
    strike: async (site) => {
      const { holder } = await demandRoles(site);
      const moment = await hit(() => site.hands.cut(holder));
      return { ...moment, mend: () => site.hands.heal(holder) };
    },
  },
];
