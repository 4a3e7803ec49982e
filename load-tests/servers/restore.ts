import { evacuatedFile } from '@scale-up/infra/verbs/evacuation/look.ts';
import type { ServersSite } from './servers-site.ts';

/** Puts back all that marks take away, as far as it can: network, power, processes, candidates for the VIP. */
export const restore = async (site: ServersSite): Promise<void> => {
  const { lab } = site;
  await lab.heal();
  for (const [name, { isOn }] of Object.entries(lab.servers)) {
    if (!isOn) await lab.boot(name);
    await lab.exec(name, `rm -f ${evacuatedFile}; systemctl start keepalived valkey-server 2>/dev/null; true`);
  }
};
