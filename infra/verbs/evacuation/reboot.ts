import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, VerbError } from '../support/exit-codes.ts';
import { remote } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';
import { demandLook, lookAt } from './site.ts';

/** In milliseconds. Firmware of a real server takes minutes; a lab's server 5 s. */
const patience = 15 * 60_000;

/** Boots a server anew and waits until it takes commands. */
export const bootAnew = async (context: VerbContext, name: string, assertHeld: () => void): Promise<void> => {
  const { servers, report } = context;
  assertHeld();
  await report.step(name, 'reboot', async () => {
    const { boot } = await demandLook(context, name);
    // The connection may end before the answer comes.
    await servers.ask(name, { ...remote('systemctl', 'reboot'), timeout: 10_000 });
    const deadline = Date.now() + patience;
    for (;;) {
      await sleep(1_000);
      const found = await lookAt(context, name);
      if (found && found.boot !== boot) return;
      if (Date.now() > deadline)
        throw new VerbError(`${name} is not back after 15 minutes; it stays evacuated.`, exitCodes.unavailable);
    }
  });
};
