import { demandRoles } from '../arrange.ts';
import { hit, type Mark, type Strike } from '../measure.ts';
import type { ServersSite } from '../servers-site.ts';

const tiers = ['web', 'app'] as const;
type Tier = (typeof tiers)[number];

/** A server of a tier that does not hold the VIP: what is on it is reached over the network. */
const victim = async (site: ServersSite, tier: Tier): Promise<string> => {
  const { holder } = await demandRoles(site);
  const server = site.inventory.groups[tier].find((name) => name !== holder);
  if (server === undefined) throw new Error(`${tier} runs only on ${holder}`);
  return server;
};

/** A shell's expression for the process that serves: the unit's own is Podman's watcher, whose child is an init, whose child it is. Podman itself is slow to ask. */
export const servingProcess = (tier: string): string =>
  `$(pgrep --parent "$(pgrep --parent "$(systemctl show --property=MainPID --value ${tier}@1.service)")")`;

const frozen = (tier: Tier): string => `
set -e
served=${servingProcess(tier)}
kill -STOP $served
sleep 5
kill -CONT $served`;

const strikeOf =
  (tier: Tier, text: string) =>
  async (site: ServersSite): Promise<Strike> => {
    const server = await victim(site, tier);
    return hit(() => site.on(server, text));
  };

/** What happens to one instance of web or app. */
export const instanceMarks: readonly Mark[] = tiers.flatMap((tier): Mark[] => [
  {
    name: `4-${tier}`,
    what: `kill -9 of one ${tier} instance`,
    limits: { stall: 0.3, failed: 'none' },
    strike: strikeOf(tier, `kill -9 ${servingProcess(tier)}`),
  },
  {
    name: `5-${tier}`,
    what: `one ${tier} instance frozen for 5 s`,
    limits: { stall: 2, failed: 'none' },
    strike: strikeOf(tier, frozen(tier)),
  },
]);
