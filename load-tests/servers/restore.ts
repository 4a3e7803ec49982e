import { evacuatedFile } from '@scale-up/infra/verbs/evacuation/look.ts';
import type { ServersSite } from './servers-site.ts';

/** Puts back all that marks take away, as far as it can: network, power, processes, candidates for the VIP. */
export const restore = async (site: ServersSite): Promise<void> => {
  const { hands, servers } = site;
  await hands.heal();
  await hands.revive();
  // Whoever was frozen wakes.
  for (const name of servers.names) await hands.exec(name, 'kill -CONT -1');
  await site.undoAll((text) => process.stderr.write(`not put back: ${text}\n`));
  for (const name of servers.names)
    await hands.exec(name, `rm -f ${evacuatedFile}; systemctl start keepalived valkey-server 2>/dev/null; true`);
};
