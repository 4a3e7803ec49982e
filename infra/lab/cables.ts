import { writeFileSync } from 'node:fs';
import { writeWhole } from '../local/write-whole.ts';
import {
  type Faults,
  faultRules,
  faultsFile,
  readFaults,
  withBlocked,
  withoutFaults,
  withUnplugged,
} from './faults.ts';
import type { Layout, ServerLayout } from './layout.ts';
import { withLock } from './lock.ts';
import { plug, unplug } from './network.ts';
import { command, run, succeeds } from './run.ts';

/** Changes what is broken, on record first: a server that boots meanwhile finds its cable as it shall be. */
const change = (layout: Layout, changed: (faults: Faults) => Faults): Promise<void> =>
  withLock(
    `${faultsFile(layout)}.lock`,
    () => {},
    async () => {
      const before = readFaults(layout);
      const after = changed(before);
      writeWhole(faultsFile(layout), JSON.stringify(after));
      for (const server of Object.values(layout.servers)) {
        const [was, is] = [before, after].map(({ unplugged }) => unplugged.includes(server.name));
        // A server that is off has no cable; it gets one when it boots.
        if (is) await succeeds(unplug(layout.namespace, server));
        else if (was) await succeeds(plug(layout.namespace, server));
      }
      if (JSON.stringify(before.blocked) !== JSON.stringify(after.blocked)) await loadRules(layout, after);
    },
  );

const loadRules = async (layout: Layout, faults: Faults): Promise<void> => {
  const ports = Object.fromEntries(Object.values(layout.servers).map(({ name, port }) => [name, port]));
  const file = `${layout.folder}/faults.nft`;
  writeFileSync(file, faultRules(faults, ports));
  await run(command('ip', 'netns', 'exec', layout.namespace, 'nft', '-f', file));
};

/** Pulls a server's cable. */
export const unplugServer = (layout: Layout, server: ServerLayout): Promise<void> =>
  change(layout, (faults) => withUnplugged(faults, server.name));

/** Lets nothing pass from one server to another, and back unless it is one way only. */
export const block = (layout: Layout, from: ServerLayout, to: ServerLayout, isOneWay: boolean): Promise<void> => {
  if (from.name === to.name) throw new Error(`${from.name} cannot be cut off from itself.`);
  return change(layout, (faults) => withBlocked(faults, from.name, to.name, isOneWay));
};

/** Undoes the faults of a server, or all. */
export const heal = (layout: Layout, server?: ServerLayout): Promise<void> =>
  change(layout, (faults) => withoutFaults(faults, server?.name));
