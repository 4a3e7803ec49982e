import { mkdirSync } from 'node:fs';
import { bold, dim, print, step } from '../local/terminal.ts';
import { demandAbilities, installPrograms } from './host.ts';
import { raiseHostLimit } from './host-limit.ts';
import { linkHost } from './host-link.ts';
import { makeImage } from './image.ts';
import { makeKeys } from './keys.ts';
import { serverOf } from './lab.ts';
import { readLayout, writeLayout } from './lab-file.ts';
import { labFolder, type Layout, layoutOf } from './layout.ts';
import { labNetwork, wholeNetwork } from './network.ts';
import { boot, isOn } from './power.ts';
import { command, finds, runAll, succeeds } from './run.ts';
import { readInventory } from '../inventory/read.ts';

const say = (line: string): void => print(dim(`  … ${line}`));

/** Makes the servers of an inventory and boots those that are off. */
export const up = async (inventoryFile: string, name: string): Promise<void> => {
  const start = performance.now();
  const inventory = readInventory(inventoryFile);
  installPrograms(say);
  const folder = labFolder(name);
  // It holds the servers' keys and files.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await demandAbilities(folder);
  const names = Object.keys(inventory.servers);
  print(bold(`Lab ${name}: ${names.join(', ')}`));
  const image = await step('image', async () => {
    const made = await makeImage(say);
    return { result: made, shown: made };
  });
  const layout = grown(readLayout(name), layoutOf(name, inventoryFile, inventory, image));
  await makeKeys(layout);
  writeLayout(layout);
  await step('network', async () => ({ result: null, shown: await makeNetwork(layout) }));
  raiseHostLimit();
  await bootAll(layout, names);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`\n  ready in ${seconds} s; a shell: npx nx lab-ssh infra -- --lab ${name} ${names[0]}\n`);
};

/**
 * What becomes of a lab that exists when its inventory has changed: new servers are added to it, those that were taken out
 * stay as they are. Disks lie over the image that they were made with.
 */
export const grown = (existing: Layout | undefined, wanted: Layout): Layout => {
  if (!existing) return wanted;
  const addresses = ({ vip, network, servers }: Layout, names: string[]): string =>
    JSON.stringify([vip, network, names.map((name) => servers[name]?.address)]);
  const both = Object.keys(existing.servers).filter((name) => wanted.servers[name]);
  if (addresses(existing, both) !== addresses(wanted, both))
    throw new Error(`Lab ${wanted.name} was made with other addresses than ${wanted.inventory} has: lab-down first.`);
  return { ...wanted, image: existing.image, servers: { ...existing.servers, ...wanted.servers } };
};

const makeNetwork = async (layout: Layout): Promise<string> => {
  if (!(await finds(wholeNetwork(layout)))) {
    // A start that was killed may have left a part.
    await succeeds(command('ip', 'netns', 'delete', layout.namespace));
    await runAll(labNetwork(layout));
  }
  return `${layout.network.address}/${layout.network.prefix} in ${layout.namespace}; ${await linkHost(layout)}`;
};

/** Boots what is off, side by side; all are waited for, also when one fails. */
const bootAll = async (layout: Layout, names: readonly string[]): Promise<void> => {
  const boots = names.map((name) =>
    step(name, async () => {
      const server = serverOf(layout, name);
      const wasOn = isOn(server);
      await boot(layout, server);
      return { result: null, shown: wasOn ? `${server.address} was on already` : server.address };
    }),
  );
  const failed = (await Promise.allSettled(boots)).find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason as Error;
};
