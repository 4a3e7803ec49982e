import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseInventory } from '@scale-up/infra/inventory/read.ts';
import { vaultOf } from '@scale-up/infra/inventory/vault.ts';
import { apart, bystander, demandRoles } from '../arrange.ts';
import { hit, type Mark } from '../measure.ts';
import type { ServersSite } from '../servers-site.ts';

/** An inventory's text whose tiers lack a server; JSON is YAML. */
export const withoutServer = (text: string, server: string): string => {
  const written = parseInventory('the inventory', text);
  const others = (names: readonly string[]): string[] => names.filter((name) => name !== server);
  const groups = { ...written.groups, web: others(written.groups.web), app: others(written.groups.app) };
  return JSON.stringify({ ...written, groups }, null, 2);
};

/** Writes that inventory, and its secrets beside it. */
const writeWithout = ({ inventory, folder }: ServersSite, server: string): string => {
  const file = `${folder}without-${server}.yml`;
  const vault = vaultOf(inventory);
  // Without them `provision` would make new ones.
  if (!existsSync(vault.file)) throw new Error(`${vault.file} is missing: the lab was not provisioned from here`);
  writeFileSync(file, withoutServer(readFileSync(inventory.file, 'utf8'), server));
  copyFileSync(vault.file, vaultOf({ ...inventory, file }).file);
  return file;
};

/** Nothing of a release is left on a server: it comes as a new one. */
const forget = 'podman rmi --all --force >/dev/null; rm -f /var/lib/scale-up/releases.json';

/** A server leaves web and app and joins them again, as a new one does. */
const joinMark: Mark = {
  name: '16-joined',
  what: 'a server leaves web and app, and joins them',
  limits: { failed: 'none' },
  strike: async (site, say) => {
    const server = bystander(site, await demandRoles(site));
    const without = writeWithout(site, server);
    return hit(async () => {
      say(`${server} leaves`);
      await site.done('provision', '-i', without);
      await site.on(server, forget);
      say(`${server} joins`);
      await site.done('provision');
    });
  },
};

/** A server is lost for good, and another one, which has nothing, takes its name and its place. */
const replaceMark: Mark = {
  name: '16-replaced',
  what: 'a server is lost with its disk, and a bare one joins in its place',
  limits: { failed: 'none' },
  arrange: apart,
  strike: async (site, say) => {
    const server = bystander(site, await demandRoles(site));
    return hit(async () => {
      say(`${server} loses its disk`);
      await site.hands.reset(server);
      say(`${server} joins`);
      await site.done('provision', '--limit', server);
    });
  },
};

/** What happens when there are more servers. */
export const joinMarks: readonly Mark[] = [joinMark, replaceMark];
