import { mkdirSync, readFileSync } from 'node:fs';
import { writeWhole } from '../local/write-whole.ts';
import type { Servers } from '../verbs/support/servers.ts';
import { failure } from '../verbs/support/servers.ts';
import { remote } from '../verbs/support/ssh.ts';
import { inventoryFolder } from './folder.ts';
import type { Instances } from './hosts.ts';
import type { Inventory } from './schema.ts';

const nproc = remote('nproc');

/**
 * How many processes each server runs: what the inventory says, else one per core.
 * A server that does not answer keeps the number that it had the last time.
 * @throws VerbError when a server that was never asked does not answer
 */
export const askInstances = async (inventory: Inventory, servers: Servers): Promise<(server: string) => Instances> => {
  const { web, app } = inventory.instances;
  if (web !== undefined && app !== undefined) return () => ({ web, app });
  const file = `${inventoryFolder(inventory)}cores.json`;
  const known = coresIn(file);
  const answers = await servers.askAll(servers.names, nproc);
  const cores = Object.fromEntries(
    Object.entries(answers).map(([server, answer]) => {
      const count = answer.code === 0 ? Number(answer.stdout) : known[server];
      if (count === undefined) throw failure(server, nproc, answer);
      return [server, count];
    }),
  );
  mkdirSync(inventoryFolder(inventory), { recursive: true, mode: 0o700 });
  writeWhole(file, JSON.stringify(cores));
  return (server) => ({ web: web ?? cores[server] ?? 1, app: app ?? cores[server] ?? 1 });
};

/** The same without asking: what the last provisioning found. */
export const knownInstances = (inventory: Inventory): ((server: string) => Instances) => {
  const { web, app } = inventory.instances;
  const cores = coresIn(`${inventoryFolder(inventory)}cores.json`);
  return (server) => ({ web: web ?? cores[server] ?? 1, app: app ?? cores[server] ?? 1 });
};

const coresIn = (file: string): Record<string, number> => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
};
