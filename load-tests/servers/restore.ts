import { evacuatedFile } from '@scale-up/infra/verbs/evacuation/look.ts';
import type { ServersSite } from './servers-site.ts';

/** Puts back all that marks take away, as far as it can: network, power, processes, candidates for the VIP. */
export const restore = async ({ hands, servers }: ServersSite): Promise<void> => {
  await hands.heal();
  await hands.revive();
  for (const name of servers.names)
    await hands.exec(name, `rm -f ${evacuatedFile}; systemctl start keepalived valkey-server 2>/dev/null; true`);
};
